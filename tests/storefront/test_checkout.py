"""Checkout without JavaScript: what is kept, what is refused, and that an order is placed once."""

import re
from threading import Barrier, Thread
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.db import connections

from apps.accounts import api as accounts
from apps.checkout import api as checkout
from apps.inventory import api as inventory
from apps.kernel.address import Address
from apps.kernel.ids import uuid7
from apps.messaging.testing import deliver_all
from apps.orders import api as orders
from apps.storefront import drafts
from apps.web.pagination import PageParams
from tests.checkout.shopping import set_price, stock_of
from tests.storefront.visitor import PERSON, Visitor, make_listed

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


def placed():
    return orders.search_orders(params=PageParams()).items


def ready(visitor=None, *, quantity=1, **product):
    """Return a visitor in front of the button that orders, the page they see and the variant."""
    visitor = visitor or Visitor()
    variant_id, slug = make_listed(**product)
    visitor.add(slug, quantity)
    return visitor, visitor.check_out(), variant_id


def order(visitor, page, **changes):
    return visitor.send(page.form("/checkout/"), button="place", **changes)


def sign_up(visitor, email=None):
    email = email or f"{uuid7().hex}@example.com"
    page = visitor.get("/account/sign-up/")
    visitor.send(
        page.form("/account/sign-up/"), at="/account/sign-up/", email=email, password=PASSWORD, first_name="Ada"
    )
    return email


def test_guest_orders_and_is_led_to_the_providers_page(sandbox):
    visitor, page, _ = ready()

    answer = order(visitor, page)

    assert answer.status == 302
    assert urlsplit(answer.headers["Location"]).netloc == urlsplit(sandbox.url).netloc
    (summary,) = placed()
    assert (summary.email, summary.status) == (PERSON["email"], orders.OrderStatus.AWAITING_PAYMENT)
    assert "One thing is left" in visitor.get(f"/orders/{summary.id}/").text


def test_bank_transfer_shows_what_to_do(sandbox):
    visitor, page, _ = ready()

    answer = order(visitor, page, provider="manual")

    (summary,) = placed()
    assert answer.path == f"/orders/{summary.id}/"
    assert "Pay by bank transfer" in answer.text
    assert summary.number in answer.text


def test_total_that_was_shown_is_the_total_ordered(sandbox):
    visitor, page, _ = ready(price="20.00", quantity=2)
    shown = page.form("/checkout/").fields["expected_total"]

    order(visitor, page)

    (summary,) = placed()
    assert str(summary.total) == shown


def test_first_delivery_method_is_chosen_so_that_the_total_is_whole():
    _, page, _ = ready()

    form = page.form("/checkout/")

    assert form.fields["shipping_method_id"]
    assert ("place", "1") in form.buttons


@pytest.mark.parametrize("name", ["email", "first_name", "last_name", "line1", "postal_code", "city"])
def test_what_is_missing_is_said_beside_the_field_and_above_and_the_rest_is_kept(name):
    visitor = Visitor()
    visitor.add(make_listed()[1])

    page = visitor.check_out(**{name: " "})

    assert page.status == 400
    assert re.search(rf'id="{name}"[^>]*aria-invalid="true"[^>]*aria-describedby="{name}-note"', page.text)
    assert f'<a href="#{name}">' in page.text
    kept = page.form("/checkout/").fields
    assert {each: kept[each] for each in PERSON if each != name} == {k: v for k, v in PERSON.items() if k != name}


def test_field_emptied_later_is_not_silently_the_old_one(sandbox):
    visitor, page, _ = ready()

    answer = order(visitor, page, email="")

    assert answer.status == 400
    assert "Enter your e-mail address" in answer.text
    assert placed() == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"email": "nobody"},
        {"country": "XX"},
        {"line1": "x" * 5000},
        {"city": "a\x00b", "country": "ZZ"},
        {"shipping_method_id": "x"},
        {"expected_total": "lots"},
        {"expected_total": "1 GOLD"},
        {"expected_total": "NaN EUR"},
    ],
)
def test_nonsense_is_refused_and_nothing_ordered(changes):
    visitor, page, _ = ready()

    answer = order(visitor, page, **changes)

    assert answer.status == 400
    assert 'role="alert"' in answer.text
    assert placed() == ()


def test_unknown_provider_leaves_an_order_that_can_be_paid_otherwise(sandbox):
    visitor, page, _ = ready()

    answer = order(visitor, page, provider="gold")

    assert answer.status == 200
    assert "payment could not start" in answer.text
    assert answer.form("/checkout/pay/").buttons


def test_form_sent_again_from_the_history_leads_to_the_same_payment(sandbox):
    visitor, page, variant_id = ready(stock=10)

    first = order(visitor, page)
    second = order(visitor, page)

    assert len(placed()) == 1
    assert second.headers["Location"] == first.headers["Location"]
    assert stock_of(variant_id) == (10, 1)


def test_form_sent_again_after_paying_leads_to_the_order(sandbox):
    visitor, page, _ = ready()
    order(visitor, page, provider="manual")
    (summary,) = placed()
    orders.cancel_order(order_id=summary.id, viewer=orders.Viewer(is_staff=True, actor="staff:test"))

    again = order(visitor, page)

    assert again.path == f"/orders/{summary.id}/"
    assert "could not start" not in again.text
    assert len(placed()) == 1


def test_second_tab_with_its_own_key_leads_to_the_order(sandbox):
    visitor, page, _ = ready()
    other_tab = visitor.get("/checkout/")
    order(visitor, page)

    answer = order(visitor, other_tab)

    (summary,) = placed()
    assert answer.path == f"/orders/{summary.id}/"


@pytest.mark.django_db(transaction=True)
def test_double_click_is_one_order(sandbox):
    visitor, page, variant_id = ready(stock=10)
    cookies = visitor.client.cookies
    barrier, answers = Barrier(2), []

    def click():
        tab = Visitor()
        tab.client.cookies = cookies.copy()
        barrier.wait(timeout=10)
        answers.append(order(tab, page))
        connections.close_all()

    clicks = [Thread(target=click) for _ in range(2)]
    for each in clicks:
        each.start()
    for each in clicks:
        each.join(timeout=60)

    assert len(placed()) == 1
    assert {answer.status for answer in answers} == {302}
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert stock_of(variant_id) == (10, 1)


def test_changed_price_asks_to_look_again_and_then_orders(sandbox):
    visitor, page, variant_id = ready(price="20.00")
    set_price(variant_id, "30.00")

    surprised = order(visitor, page)

    assert surprised.path == "/checkout/"
    assert "The total is €" in surprised.text
    assert placed() == ()
    order(visitor, surprised)
    assert len(placed()) == 1


def test_sold_out_meanwhile_leads_to_the_bag_and_keeps_it(sandbox):
    visitor, page, variant_id = ready(quantity=2)
    inventory.set_on_hand(variant_id=variant_id, on_hand=1, reason="test")

    answer = order(visitor, page)

    assert answer.path == "/cart/"
    assert "Only 1 left." in answer.text
    assert placed() == ()


def test_another_country_gets_its_own_delivery_and_is_shown_before_ordering(sandbox):
    visitor, page, _ = ready()

    abroad = order(visitor, page, country="US", region="NY", postal_code="10001", city="New York")

    assert placed() == ()
    assert abroad.path == "/checkout/"
    assert abroad.form("/checkout/").fields["country"] == "US"


def test_empty_bag_has_no_checkout():
    assert Visitor().get("/checkout/").path == "/cart/"


def test_bag_merges_at_sign_in_and_the_account_is_filled_in(sandbox):
    email = f"{uuid7().hex}@example.com"
    customer = accounts.register_customer(email=email, password=PASSWORD, first_name="Grace", last_name="Hopper")
    address = Address(
        first_name="Grace", last_name="Hopper", line1="Harbour 1", city="Kiel", postal_code="24103", country="DE"
    )
    accounts.save_address(customer_id=customer.id, address=address)
    first, _slug = make_listed()
    checkout.add_item(owner=checkout.CartOwner(customer_id=customer.id), variant_id=first, quantity=1)
    second, other = make_listed()
    visitor = Visitor()
    visitor.add(other)
    page = visitor.get("/account/sign-in/?next=/checkout/")

    filled = visitor.send(page.form("/account/sign-in/"), at="/account/sign-in/", email=email, password=PASSWORD)

    assert filled.path == "/checkout/"
    fields = filled.form("/checkout/").fields
    assert (fields["email"], fields["line1"], fields["city"]) == (email, "Harbour 1", "Kiel")
    owner = checkout.CartOwner(customer_id=customer.id)
    assert {item.variant_id for item in checkout.get_cart(owner=owner).items} == {first, second}
    assert visitor.client.cookies["cart"].value == ""


def test_customers_order_is_in_their_account_and_opens_without_a_link(sandbox):
    visitor = Visitor()
    sign_up(visitor)
    visitor, page, _ = ready(visitor)
    order(visitor, page, provider="manual")

    listed = visitor.get("/account/orders/")

    (summary,) = placed()
    assert f'href="/orders/{summary.id}/"' in listed.text
    assert visitor.get(f"/orders/{summary.id}/").status == 200
    assert Visitor().get(f"/orders/{summary.id}/").status == 404


def test_price_that_changes_with_an_order_under_way_costs_few_statements(sandbox):
    visitor, page, _ = ready()
    order(visitor, page, provider="manual")
    deliver_all()

    assert "Your bag is empty." in visitor.get("/cart/").text
    assert "Go to your last order" in visitor.get("/cart/").text


@pytest.mark.parametrize("signed_in", [False, True])
def test_who_comes_back_from_the_pay_page_unpaid_finds_the_way_to_pay_first(sandbox, signed_in):
    visitor = Visitor()
    if signed_in:
        sign_up(visitor)
    visitor, page, _ = ready(visitor)
    order(visitor, page)
    (summary,) = placed()

    for path in ("/cart/", "/checkout/"):
        back = visitor.get(path)
        assert f"Order {summary.number} waits for its payment" in back.text
        pay = back.form(f"/checkout/pay/{summary.id}/")
        assert back.text.index(pay.action) < back.text.index(">Your bag is empty.<")
    assert "waits for its payment" not in Visitor().get("/cart/").text


def test_bag_after_a_chosen_transfer_says_where_to_send_the_money(sandbox):
    visitor, page, _ = ready()
    order(visitor, page, provider="manual")

    assert "DE02 1203 0000 0000 2020 51" in visitor.get("/de/cart/").text


HALF = {**PERSON, "first_name": "Eva", "line1": "", "city": "", "email": "eva@nowhere"}


def at_checkout(visitor=None, **product):
    visitor = visitor or Visitor()
    visitor.add(make_listed(**product)[1])
    return visitor, visitor.get("/checkout/")


def leave(visitor, page, way, **changes):
    return visitor.send(page.form("/checkout/"), button="leave", **{**changes, "leave": way})


def kept(visitor):
    fields = visitor.get("/checkout/").form("/checkout/").fields
    return {name: fields.get(name, "") for name in HALF}


def test_what_was_typed_outlives_a_way_to_the_bag():
    visitor, page = at_checkout()

    bag = leave(visitor, page, "cart", **HALF)
    changed = visitor.send(bag.form("/cart/items/"), quantity="3")

    assert changed.path == "/cart/"
    assert kept(visitor) == HALF
    assert "3 \N{MULTIPLICATION SIGN}" in visitor.get("/checkout/").text


def test_what_was_typed_outlives_the_way_through_sign_in_and_is_not_mixed_with_the_accounts(sandbox):
    email = f"{uuid7().hex}@example.com"
    customer = accounts.register_customer(email=email, password=PASSWORD, first_name="Grace", last_name="Hopper")
    address = Address(
        first_name="Grace", last_name="Hopper", line1="Harbour 1", city="Kiel", postal_code="24103", country="DE"
    )
    accounts.save_address(customer_id=customer.id, address=address)
    visitor, page = at_checkout()

    door = leave(visitor, page, "sign-in", **HALF)
    filled = visitor.send(door.form("/account/sign-in/"), at="/account/sign-in/", email=email, password=PASSWORD)

    assert filled.path == "/checkout/"
    assert kept(visitor) == HALF


def test_account_fills_in_where_nothing_was_typed():
    email = f"{uuid7().hex}@example.com"
    accounts.register_customer(email=email, password=PASSWORD, first_name="Grace", last_name="Hopper")
    visitor, page = at_checkout()

    door = leave(visitor, page, "sign-in", country="FR")
    visitor.send(door.form("/account/sign-in/"), at="/account/sign-in/", email=email, password=PASSWORD)

    found = kept(visitor)
    assert (found["email"], found["first_name"], found["country"]) == (email, "Grace", "FR")


def test_script_only_keeps_what_was_typed():
    visitor, page = at_checkout()

    answer = leave(visitor, page, "page", **HALF)

    assert (answer.status, answer.text) == (204, "")
    assert kept(visitor) == HALF


def test_form_with_faults_is_there_again_after_another_page():
    visitor, page = at_checkout()
    visitor.send(page.form("/checkout/"), button="save", **HALF)

    visitor.get("/cart/")

    assert kept(visitor) == HALF


def test_choice_of_payment_and_delivery_is_there_again(sandbox):
    visitor, page, _ = ready()
    methods = re.findall(r'name="shipping_method_id" value="([^"]+)"', page.text)

    leave(visitor, page, "cart", provider="manual", shipping_method_id=methods[-1])
    back = visitor.get("/checkout/")

    fields = back.form("/checkout/").fields
    assert (fields["provider"], fields["shipping_method_id"]) == ("manual", methods[-1])
    order(visitor, back)
    assert len(placed()) == 1


def test_nobody_else_sees_what_was_typed_and_an_order_clears_it(sandbox):
    visitor, page, _ = ready()
    leave(visitor, page, "cart", **{**PERSON, "first_name": "Half", "line1": ""})
    assert "Half" not in at_checkout()[1].text

    order(visitor, visitor.get("/checkout/"), **PERSON)
    again = at_checkout(visitor)[1]

    assert len(placed()) == 1
    assert "Half" not in again.text


def test_what_was_typed_is_forgotten_in_time():
    visitor, page = at_checkout()
    leave(visitor, page, "cart", **HALF)

    assert 0 < cache.ttl(f"checkout_draft:{visitor.client.session['checkout_draft']}") <= drafts.SECONDS == 7200


def test_what_was_typed_comes_too_late_for_an_order_that_is_placed(sandbox):
    """The script tells of a field at the moment the button is pressed: it must undo nothing of what placing wrote."""
    visitor, page, _ = ready()
    draft_id = visitor.client.session["checkout_draft"]
    order(visitor, page, provider="manual")
    (summary,) = placed()

    cache.set(f"checkout_draft:{draft_id}", HALF)  # as a request that began before would

    assert visitor.get(f"/orders/{summary.id}/").status == 200
    assert "Eva" not in at_checkout(visitor)[1].text


def test_signing_out_forgets_what_was_typed():
    visitor = Visitor()
    sign_up(visitor)
    _, page = at_checkout(visitor)
    leave(visitor, page, "cart", **HALF)

    visitor.send(visitor.get("/account/orders/").form("/account/sign-out/"))

    assert "Eva" not in at_checkout(visitor)[1].text


def test_sum_and_promise_are_set_as_the_language_sets_them(sandbox):
    visitor, _, _ = ready()

    english, french = (re.sub(r"<a .*?>|</a>", "", visitor.get(f"{root}/checkout/").text) for root in ("", "/fr"))

    assert "1 item, Standard: <strong>€24.90</strong>" in english
    assert re.search("1 article, [^<]+[^ ]\N{NO-BREAK SPACE}: <strong>", french)
    assert "Return within 30 days. You can cancel" in english


def test_summary_with_the_total_stands_before_the_form():
    _, page, _ = ready()

    head = re.search(
        r'<details>\s*<summary[^>]*>.*?<strong class="amount">([^<]+)</strong></summary>', page.text, re.DOTALL
    )

    assert head[1] == "€24.90"
    assert page.text.index("<details>") < page.text.index('id="checkout"')


@pytest.mark.parametrize("legend", ["Delivery", "Payment"])
def test_choices_stand_in_a_group_with_a_name(sandbox, legend):
    _, page, _ = ready()

    (group,) = [
        each
        for each in re.findall(r"<fieldset.*?</fieldset>", page.text, re.DOTALL)
        if f"<h2>{legend}</h2></legend>" in each
    ]

    assert 'type="radio"' in group
