"""Who may see what: sign-in, links, forms of other sites, and what a page says when it fails."""

import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import URLPattern

from apps.kernel import clock
from apps.kernel.ids import uuid7
from apps.messaging.testing import deliver_all
from apps.orders import api as orders
from apps.payments import api as payments
from apps.storefront import urls
from apps.web import tokens
from apps.web.formats import day
from apps.web.pagination import PageParams
from ecommerce.settings.limits import Budget
from tests.brand.making import settle
from tests.checkout.shopping import euro
from tests.orders import paying
from tests.orders.making import STAFF
from tests.storefront.test_checkout import PASSWORD, order, placed, ready, sign_up
from tests.storefront.visitor import Visitor

pytestmark = pytest.mark.django_db


def guest_order():
    """Return a guest with an order, and the order."""
    visitor, page, _ = ready()
    order(visitor, page, provider="manual")
    return visitor, orders.search_orders(params=PageParams()).items[0]


def pay(order_id, *, provider="manual"):
    """Let the whole price arrive, by the way the buyer chose."""
    payment = orders.start_payment(order_id=order_id, viewer=STAFF, provider=provider)
    if provider == "manual":
        paying.arrive(payment)
    else:
        payments.confirm_payment(
            payment_id=payment.id, order_id=order_id, payment_method="pm_card_visa", idempotency_reference="1"
        )
    deliver_all()


def path_of(pattern: URLPattern) -> str:
    """Return a path that the route matches."""
    filled = re.sub(r"<uuid:\w+>", str(uuid7()), re.sub(r"<int:\w+>", "1", str(pattern.pattern)))
    return "/" + re.sub(r"<\w+:\w+>", "x", filled)


# Posted by mail programs, which have no page of ours: the signed link is the right to it.
BY_SIGNED_LINK = {"stop-notices"}


@pytest.mark.parametrize(
    "pattern", [each for each in urls.urlpatterns if each.name not in BY_SIGNED_LINK], ids=lambda pattern: pattern.name
)
def test_no_route_takes_a_form_without_its_token(pattern):
    response = Client(enforce_csrf_checks=True).post(path_of(pattern), {"x": "1"})

    assert response.status_code == 403
    assert b"This form was not sent" in response.content


def test_every_form_that_posts_carries_a_token(sandbox):
    visitor, summary = guest_order()
    sign_up(visitor)
    ready(visitor)

    for path in ("/cart/", "/checkout/", f"/orders/{summary.id}/", "/account/orders/", "/account/sign-in/"):
        posting = [form for form in visitor.get(path).forms if form.method == "post"]
        assert posting, path
        assert all(form.fields.get("csrfmiddlewaretoken") for form in posting), path


@pytest.mark.parametrize(
    "evil", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "http:evil.example", "evil"]
)  # fmt: skip
def test_sign_in_leads_nowhere_else(evil):
    visitor = Visitor()
    email = sign_up(visitor)
    visitor.send(visitor.get("/account/orders/").form("/account/sign-out/"))
    page = visitor.get(f"/account/sign-in/?next={quote(evil)}")

    answer = visitor.send(
        page.form("/account/sign-in/"), at="/account/sign-in/", email=email, password=PASSWORD, next=evil
    )

    assert answer.path == "/account/orders/"


def test_wrong_password_says_the_same_as_an_unknown_address():
    visitor = Visitor()
    email = sign_up(visitor)
    visitor.send(visitor.get("/account/orders/").form("/account/sign-out/"))
    form = visitor.get("/account/sign-in/").form("/account/sign-in/")

    answers = [
        visitor.send(form, at="/account/sign-in/", email=address, password="wrong")
        for address in (email, "nobody@example.com")
    ]

    assert {answer.status for answer in answers} == {400}
    told = {re.search(r'role="alert".*?</div>', answer.text, re.DOTALL)[0] for answer in answers}
    assert len(told) == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"email": "nobody"}, "email"),
        ({"password": "short"}, "password"),
        ({"password": ""}, "password"),
        ({"email": ""}, "email"),
    ],
)
def test_sign_up_explains_beside_the_field_and_keeps_the_rest(changes, said):
    visitor = Visitor()
    form = visitor.get("/account/sign-up/").form("/account/sign-up/")
    given = {"email": f"{uuid7().hex}@example.com", "password": PASSWORD, "first_name": "Ada", **changes}

    answer = visitor.send(form, at="/account/sign-up/", **given)

    assert answer.status == 400
    assert f'id="{said}-note"' in answer.text
    fields = answer.form("/account/sign-up/").fields
    assert fields["first_name"] == "Ada"
    assert fields["password"] == ""


def test_account_asks_to_sign_in_and_comes_back():
    page = Visitor().get("/account/orders/")

    assert page.path == "/account/sign-in/"
    assert page.form("/account/sign-in/").fields["next"] == "/account/orders/"


def test_signed_link_opens_the_order_and_leaves_the_address(sandbox):
    _, summary = guest_order()
    token = tokens.sign(subject=str(summary.id), purpose="order", days=1)
    other = Client()

    redirect = other.get(f"/orders/{summary.id}/?token={token}")
    page = other.get(redirect.headers["Location"])

    assert redirect.headers["Location"] == f"/orders/{summary.id}/"
    assert page.status_code == 200
    assert f"Order {summary.number}" in page.content.decode()


@pytest.mark.parametrize("kind", ["tampered", "of another order", "for another purpose", "expired", "garbage"])
def test_wrong_link_opens_nothing(sandbox, kind):
    _, summary = guest_order()
    good = tokens.sign(subject=str(summary.id), purpose="order", days=1)
    token = {
        "tampered": good[:-1] + ("a" if good[-1] != "a" else "b"),
        "of another order": tokens.sign(subject=str(uuid7()), purpose="order", days=1),
        "for another purpose": tokens.sign(subject=str(summary.id), purpose="cart", days=1),
        "expired": tokens.sign(subject=str(summary.id), purpose="order", days=-1),
        "garbage": "x",
    }[kind]

    assert Client().get(f"/orders/{summary.id}/?token={token}").status_code == 404


def test_strangers_order_does_not_exist(sandbox):
    _, summary = guest_order()
    stranger = Visitor()
    form = stranger.get("/account/sign-in/").form("/account/sign-in/")

    assert stranger.get(f"/orders/{summary.id}/").status == 404
    assert stranger.get(f"/checkout/return/{summary.id}/").status == 404
    for path in (f"/orders/{summary.id}/cancel/", f"/checkout/pay/{summary.id}/"):
        assert stranger.post(path, form.fields).status == 404
    (unchanged,) = placed()
    assert unchanged.status is orders.OrderStatus.AWAITING_PAYMENT


def test_guest_cancels_their_order(sandbox):
    visitor, summary = guest_order()
    assert f'href="/orders/{summary.id}/cancel/"' in visitor.get(f"/orders/{summary.id}/").text
    asked = visitor.get(f"/orders/{summary.id}/cancel/")

    page = visitor.send(asked.form(f"/orders/{summary.id}/cancel/"))

    assert "You have not been charged" in asked.text
    # What cannot be undone is not the button that catches the eye.
    assert '<button class="button second wide">Cancel order' in asked.text
    assert page.path == f"/orders/{summary.id}/"
    assert '<strong id="order-status">cancelled</strong>' in page.text
    assert "/cancel/" not in page.text
    assert visitor.get(f"/orders/{summary.id}/cancel/").path == f"/orders/{summary.id}/"


@pytest.mark.parametrize(
    ("provider", "words"), [("stripe", "back to the card or wallet"), ("manual", "back to the account it came from")]
)
def test_cancelling_says_before_what_goes_back_and_where(sandbox, provider, words):
    visitor, page, _ = ready()
    order(visitor, page, provider=provider)
    (summary,) = placed()
    pay(summary.id, provider=provider)

    asked = visitor.get(f"/orders/{summary.id}/cancel/")

    assert re.search(rf"€24\.90 {words}", asked.text)
    assert orders.get_order(order_id=summary.id, viewer=STAFF).status is orders.OrderStatus.PROCESSING


def test_order_that_changed_after_the_question_is_asked_about_again(sandbox):
    visitor, summary = guest_order()
    asked = visitor.get(f"/orders/{summary.id}/cancel/")
    pay(summary.id)

    again = visitor.send(asked.form(f"/orders/{summary.id}/cancel/"))

    assert again.path == f"/orders/{summary.id}/cancel/"
    assert "changed meanwhile" in again.text
    assert "€24.90 back" in again.text
    visitor.send(again.form(f"/orders/{summary.id}/cancel/"))
    assert orders.get_order(order_id=summary.id, viewer=STAFF).status is orders.OrderStatus.CANCELLED


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 30])
def test_cancelling_without_having_been_asked_asks(sandbox, version):
    visitor, summary = guest_order()
    form = visitor.get(f"/orders/{summary.id}/cancel/").form(f"/orders/{summary.id}/cancel/")

    page = visitor.send(form, version=version)

    assert page.path == f"/orders/{summary.id}/cancel/"
    assert placed()[0].status is orders.OrderStatus.AWAITING_PAYMENT


def test_receipt_names_seller_buyer_lines_tax_and_money(sandbox):
    settle(legal_footer="Northfold GmbH, Kiel\nVAT DE123456789")
    visitor, page, _ = ready(quantity=2)
    order(visitor, page, provider="manual")
    (summary,) = placed()
    unpaid = visitor.get(f"/orders/{summary.id}/receipt/").text
    pay(summary.id)
    orders.refund_order(order_id=summary.id, amount=euro("5.00"), reason="test", reference="r-1", actor="staff:test")
    paying.settle()

    text = visitor.get(f"/orders/{summary.id}/receipt/").text

    assert "Not paid yet." in unpaid
    assert "Receipt" not in unpaid
    whole = orders.get_order(order_id=summary.id, viewer=STAFF)
    for told in (
        f"Receipt for order {summary.number}", "Northfold GmbH, Kiel<br>VAT DE123456789", "Invalidenstraße 117", "10115 Berlin",
        whole.lines[0].sku, "€20.00", "€40.00", "€44.90", "Articles, 19%", "€6.39", "€0.78", "€7.17", "Bank transfer",
        "The payment of €44.90 arrived.", "€5.00 was refunded.", "\N{MINUS SIGN}€5.00",
    ):  # fmt: skip
        assert told in text, told
    assert f'href="/orders/{summary.id}/receipt/"' in visitor.get(f"/orders/{summary.id}/").text
    assert Visitor().get(f"/orders/{summary.id}/receipt/").status == 404


def test_order_page_says_what_to_do_when_something_is_wrong(sandbox):
    settle()
    visitor, summary = guest_order()
    path = f"/orders/{summary.id}/"

    waiting = visitor.get(path).text
    pay(summary.id)
    orders.ship_order(order_id=summary.id, actor="staff:test", reference="p-1")
    sent = visitor.get(path).text
    orders.deliver_order(order_id=summary.id, actor="staff:test")
    arrived = visitor.get(path).text

    assert "You can cancel until a parcel leaves." in waiting
    assert f'href="mailto:orders@fernway.example?subject=Order%20{summary.number}"' in waiting
    assert "return it within 30 days of its arrival" in sent
    assert 'Your order is <strong id="order-status">shipped</strong>.' in sent
    assert "/cancel/" not in sent
    last_day = day(clock.now() + timedelta(days=30))
    assert f"You can return it until {last_day}." in arrived


def test_order_that_is_partly_refunded_says_so_in_a_sentence(sandbox):
    visitor, summary = guest_order()
    pay(summary.id)
    orders.refund_order(order_id=summary.id, amount=euro("5.00"), reason="test", reference="r-1", actor="staff:test")
    paying.settle()

    page = visitor.get(f"/orders/{summary.id}/").text

    assert '<strong id="order-status">processing</strong> and partially refunded.' in page
    assert "€5.00 was refunded." in page


def test_order_that_is_refunded_says_so_once(sandbox):
    visitor, summary = guest_order()
    pay(summary.id)
    orders.refund_order(order_id=summary.id, amount=None, reason="test", reference="r-1", actor="staff:test")
    paying.settle()

    told = re.search(r'<p class="status".*?</p>', visitor.get(f"/orders/{summary.id}/").text)[0]

    assert told.count("refunded") == 1


def test_guest_pays_another_way_after_all(sandbox):
    visitor, page, _ = ready()
    order(visitor, page, provider="gold")
    (summary,) = placed()

    answer = visitor.send(visitor.get(f"/orders/{summary.id}/").form("/checkout/pay/"), provider="stripe")

    assert answer.headers["Location"].startswith(sandbox.url)


@pytest.mark.slow
def test_after_too_many_declined_cards_the_order_says_when_to_try_again(sandbox, settings):
    settings.PAYMENT_DECLINES_PER_ACCOUNT = 3
    visitor, page, _ = ready()
    order(visitor, page, provider="gold")
    (summary,) = placed()
    payment = orders.start_payment(order_id=summary.id, viewer=STAFF, provider="stripe")
    for reference in "abc":
        with pytest.raises(payments.CardDeclined):
            payments.confirm_payment(
                payment_id=payment.id,
                order_id=summary.id,
                payment_method="pm_card_visa_chargeDeclined",
                idempotency_reference=reference,
            )

    answer = visitor.send(visitor.get(f"/orders/{summary.id}/").form("/checkout/pay/"), provider="stripe")

    assert answer.path == f"/orders/{summary.id}/"
    assert "Too many cards were declined. Please try again in 60 minutes, or pay in another way." in answer.text
    assert answer.form("/checkout/pay/").buttons


def test_whoever_starts_payment_after_payment_is_told_to_wait(sandbox, settings):
    settings.LIMITS_ENABLED, settings.LIMITS_EXEMPT_LOOPBACK = True, False
    settings.LIMITS = settings.LIMITS | {"payment": Budget(1, 0.0001, fails_open=False)}
    visitor, page, _ = ready()
    visitor.client.defaults["REMOTE_ADDR"] = f"fd00:{uuid7().hex[-4:]}:{uuid7().hex[-4:]}::1"
    order(visitor, page, provider="gold")
    (summary,) = placed()

    answer = visitor.send(visitor.get(f"/orders/{summary.id}/").form("/checkout/pay/"), provider="stripe")

    assert answer.path == f"/orders/{summary.id}/"
    assert re.search(r"payment could not start\. Wait [0-9]+ seconds, then try again\.", answer.text)


def test_failing_page_says_the_request_id(monkeypatch):
    def fail(**_: object) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr("apps.storefront.views.catalogue.search.list_products", fail)
    client = Client(raise_request_exception=False)

    response = client.get("/", headers={"X-Request-ID": "asked-for-help"})

    assert response.status_code == 500
    assert b"<code>asked-for-help</code>" in response.content
    # Without it the first page somebody ever sees here keeps the font it has at once.
    assert b'<link rel="preload" href="/static/storefront/fonts/' in response.content
