"""The shopper chooses the currency: every page follows, the bag too, and nobody pays in one they did not see."""

import re
from decimal import Decimal
from http import HTTPStatus

import pytest

from apps.accounts import api as accounts
from apps.catalog.contracts import VariantInput
from apps.checkout import api as checkout
from apps.kernel.ids import uuid7
from apps.kernel.money import Money
from apps.messaging.testing import deliver_all
from apps.web.testing import assert_queries
from tests.checkout.shopping import euro, make_variant
from tests.shipping.offers import stop_rates, withdraw_methods
from tests.storefront.visitor import PERSON, Visitor, make_listed

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PAGES = ("/", "/products/", "/cart/", "/account/sign-in/", "/search/?q=nothing")


@pytest.fixture(autouse=True)
def _several(settings):
    settings.CURRENCIES = ["EUR", "USD", "JPY"]


def make_in_both(*, euros="20.00", dollars="24.00", **changes):
    prices = {"EUR": euro(euros), "USD": Money(Decimal(dollars), "USD")}
    return make_listed(variants=(VariantInput(prices=prices),), **changes)


def choose(visitor, currency, *, at="/"):
    """Press a button at the foot of a page."""
    return visitor.send(visitor.get(at).form("/currency/"), currency=currency)


def offered(page):
    return [value for form in page.forms for name, value in form.buttons if name == "currency"]


def current(page):
    return re.findall(r'value="(\w+)" aria-current="true"', page.text)


def subtotal(page):
    return re.search(r"Subtotal</dt><dd>([^<]*)", page.text)[1]


def test_shop_of_one_currency_offers_no_choice_and_asks_nothing(settings):
    settings.CURRENCIES = ["EUR"]
    make_in_both()

    with assert_queries(at_most=20) as asked:
        pages = [Visitor().get(path) for path in PAGES]

    assert [offered(page) for page in pages] == [[]] * len(PAGES)
    assert not [sql for sql in asked if "WITH ORDINALITY asked(currency" in sql]


def test_currency_that_nothing_is_sold_in_is_not_offered():
    visitor = Visitor()
    make_listed()
    before = visitor.get("/")
    make_in_both()

    assert offered(before) == []
    assert offered(visitor.get("/")) == ["EUR", "USD"]


def test_currency_that_nothing_is_delivered_in_is_not_offered_and_not_seen():
    _, slug = make_in_both()
    visitor = Visitor()
    choose(visitor, "USD")

    stop_rates(currency="USD")
    page = visitor.get(f"/products/{slug}/")

    assert offered(page) == []
    assert "€20.00" in page.text
    assert "$24.00" not in page.text


def test_shop_that_delivers_nothing_at_all_offers_what_it_sells_in():
    make_in_both()
    withdraw_methods()

    assert offered(Visitor().get("/")) == ["EUR", "USD"]


def test_shop_that_sells_nothing_in_its_own_currency_shows_what_it_sells():
    make_variant(price="24.00", currency="USD")
    deliver_all()

    page = Visitor().get("/products/")

    assert "$24.00" in page.text
    assert offered(page) == []


def test_choice_stands_on_each_page_marks_the_current_one_and_is_kept_for_a_year():
    make_in_both()
    visitor = Visitor()
    shown = [visitor.get(path) for path in PAGES]

    home = choose(visitor, "USD")

    assert [(offered(page), current(page)) for page in shown] == [(["EUR", "USD"], ["EUR"])] * len(PAGES)
    assert home.path == "/"
    cookie = visitor.client.cookies["currency"]
    assert (cookie.value, cookie["max-age"], cookie["httponly"], cookie["samesite"]) == ("USD", 31_536_000, True, "Lax")
    assert [current(visitor.get(path)) for path in PAGES] == [["USD"]] * len(PAGES)


def test_every_page_of_the_catalogue_follows():
    _, slug = make_in_both()
    visitor = Visitor()
    choose(visitor, "USD")

    home, product = visitor.get("/"), visitor.get(f"/products/{slug}/")
    listing = visitor.get("/products/?min_price=23&max_price=25")
    search, suggestions = visitor.get("/search/?q=product"), visitor.get("/search/suggestions/?q=product")

    for page in (home, product, listing, search, suggestions):
        assert "$24.00" in page.text
        assert "€" not in re.sub(r"<form class=\"currencies\".*?</form>", "", page.text)
    assert '"price":"24.00","priceCurrency":"USD"' in product.text
    assert "From $23" in listing.text
    assert 'placeholder="24"' in listing.text
    assert suggestions.headers["Vary"] == "Cookie"


def test_names_and_symbols_are_those_of_the_language():
    make_in_both()

    page = Visitor().get("/de/")

    assert '$ </span>USD<span class="unseen">, US-Dollar</span>' in page.text


def test_sitemap_lists_what_it_listed():
    _, slug = make_in_both()
    visitor = Visitor()
    before = visitor.get("/sitemaps/1.xml").text

    choose(visitor, "USD")

    assert visitor.get("/sitemaps/1.xml").text == before
    assert slug in before


@pytest.mark.parametrize(
    ("at", "back"),
    [
        ("/products/?sort=price&min_price=10&max_price=90&in_stock=1", "/products/?sort=price&in_stock=1"),
        ("/de/products/?q=a%26b&option.Size=M&option.Size=L", "/de/products/?q=a%26b&option.Size=M&option.Size=L"),
        ("/cart/", "/cart/"),
    ],
)
def test_it_leads_back_to_where_it_was_made_without_amounts_of_the_other_currency(at, back):
    make_in_both()
    visitor = Visitor()
    form = visitor.get(at).form("/de/currency/" if at.startswith("/de/") else "/currency/")

    answer = visitor.client.post(form.action, {**form.fields, "currency": "USD"})

    assert (answer.status_code, answer.headers["Location"]) == (302, back)


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:x", ""])
def test_it_leads_nowhere_else(wanted):
    make_in_both()
    visitor = Visitor()
    form = visitor.get("/").form("/currency/")

    answer = visitor.client.post(form.action, {**form.fields, "currency": "USD", "next": wanted})

    assert (answer.status_code, answer.headers["Location"]) == (302, "/")


@pytest.mark.parametrize("code", ["JPY", "GBP", "usd", "", "<b>"])
def test_currency_that_is_not_offered_changes_nothing(code):
    make_in_both()
    visitor = Visitor()

    page = choose(visitor, code)

    assert current(page) == ["EUR"]
    assert "currency" not in visitor.client.cookies


def test_cookie_that_names_no_offered_currency_counts_for_nothing():
    make_in_both()
    visitor = Visitor()
    visitor.client.cookies["currency"] = "JPY"

    assert current(visitor.get("/")) == ["EUR"]


def test_only_a_form_of_the_shop_chooses():
    make_in_both()
    visitor = Visitor()

    assert visitor.post("/currency/", {"currency": "USD"}).status == HTTPStatus.FORBIDDEN
    assert visitor.get("/currency/").status == HTTPStatus.METHOD_NOT_ALLOWED
    assert "currency" not in visitor.client.cookies


def test_product_that_is_not_sold_in_it_says_so_and_leads_to_where_it_is():
    make_in_both()
    _, slug = make_listed(price="9.00")
    visitor = Visitor()
    choose(visitor, "USD")

    page = visitor.get(f"/products/{slug}/")
    shown = visitor.send(page.form("/currency/"), currency="EUR")

    assert page.status == HTTPStatus.NOT_FOUND
    assert "This is not sold in USD." in page.text
    assert offered(page) == ["EUR", "EUR", "USD"]
    assert (shown.path, "€9.00" in shown.text) == (f"/products/{slug}/", True)
    assert visitor.get("/products/nothing/").status == HTTPStatus.NOT_FOUND


def test_bag_begins_in_the_currency_that_is_seen():
    _, slug = make_in_both()
    visitor = Visitor()
    choose(visitor, "USD")

    assert subtotal(visitor.add(slug, 2)) == "$48.00"


def test_bag_is_priced_again_and_so_is_what_is_missing_to_free_delivery():
    _, slug = make_in_both()
    visitor = Visitor()
    before = visitor.add(slug, 2)

    bag = visitor.send(before.form("/currency/"), currency="USD")

    assert (bag.path, subtotal(before), subtotal(bag), current(bag)) == ("/cart/", "€40.00", "$48.00", ["USD"])
    assert re.search(r"<strong>\$[\d.]+</strong> to free delivery", bag.text)
    assert "The price was" not in bag.text


def test_what_is_not_sold_in_it_is_named_in_the_bag_and_nothing_changes():
    _, both = make_in_both()
    visitor = Visitor()
    visitor.add(make_listed()[1])
    visitor.add(both)

    bag = choose(visitor, "USD")

    assert bag.path == "/cart/"
    assert re.search(r"Not sold in USD: Product \w+\. Take that out of your bag first", bag.text)
    assert (subtotal(bag), current(bag)) == ("€40.00", ["EUR"])
    assert visitor.client.cookies["currency"].value == "EUR"


def test_pages_go_on_in_the_currency_of_the_bag_that_signing_in_brings():
    email, password = f"{uuid7().hex}@example.com", "correct horse battery"
    customer = accounts.register_customer(email=email, password=password, first_name="Ada", last_name="Byron")
    variant, _ = make_in_both()
    checkout.add_item(owner=checkout.CartOwner(customer_id=customer.id), variant_id=variant, quantity=1, currency="USD")
    visitor = Visitor()
    form = visitor.get("/account/sign-in/?next=/products/").form("/account/sign-in/")

    page = visitor.send(form, at="/account/sign-in/", email=email, password=password)

    assert (page.path, current(page)) == ("/products/", ["USD"])


def test_currency_of_a_guest_is_kept_at_sign_in():
    email, password = f"{uuid7().hex}@example.com", "correct horse battery"
    customer = accounts.register_customer(email=email, password=password, first_name="Ada", last_name="Byron")
    variant, _ = make_in_both()
    checkout.add_item(owner=checkout.CartOwner(customer_id=customer.id), variant_id=variant, quantity=1)
    visitor = Visitor()
    choose(visitor, "USD")
    visitor.add(make_in_both()[1])
    form = visitor.get("/account/sign-in/?next=/cart/").form("/account/sign-in/")

    bag = visitor.send(form, at="/account/sign-in/", email=email, password=password)

    assert (subtotal(bag), current(bag)) == ("$48.00", ["USD"])
    assert re.search(r"Priced in USD now, like the rest of your bag: 1 . Product \w+\.", bag.text)


def place(visitor, page):
    return visitor.send(page.form("/checkout/"), button="place", provider="manual")


def test_page_of_the_checkout_that_shows_another_currency_places_nothing():
    _, slug = make_in_both(euros="100.00", dollars="100.00")
    visitor = Visitor()
    visitor.add(slug)
    stale = visitor.check_out()
    choose(visitor, "USD")

    refused = place(visitor, stale)
    placed = place(visitor, refused)

    assert refused.path == "/checkout/"
    assert re.search(r"The total is \$[\d.]+ now\. Please look at it again", refused.text)
    assert placed.path.startswith("/orders/")
    assert "$100.00" in placed.text


def test_order_without_the_total_that_was_shown_places_nothing():
    _, slug = make_in_both()
    visitor = Visitor()
    visitor.add(slug)
    form = visitor.check_out().form("/checkout/")
    del form.fields["expected_total"]

    answer = visitor.post("/checkout/", {**form.fields, **PERSON, "place": "1", "provider": "manual"})

    assert (answer.status, "Look at the total again" in answer.text) == (400, True)


def test_placed_order_is_shown_in_its_own_currency():
    _, slug = make_in_both(euros="100.00", dollars="130.00")
    visitor = Visitor()
    visitor.add(slug)
    order = place(visitor, visitor.check_out())

    choose(visitor, "USD")
    again = visitor.get(order.path)

    assert current(again) == ["USD"]
    assert "€100.00" in again.text
    assert "$130.00" not in again.text


def test_choosing_costs_as_much_with_many_lines_as_with_few():
    slugs = [make_in_both()[1] for _ in range(6)]
    few, many = Visitor(), Visitor()
    few.add(slugs[0])
    for slug in slugs:
        many.add(slug)

    for visitor in (few, many):
        form = visitor.get("/").form("/currency/")
        with assert_queries(at_most=8):
            visitor.client.post(form.action, {**form.fields, "currency": "USD"})


def test_a_choice_costs_a_page_two_statements(settings):
    _, slug = make_in_both()
    visitor = Visitor()
    for path in ("/", "/products/", f"/products/{slug}/", "/search/?q=product"):
        visitor.get(path)
        settings.CURRENCIES = ["EUR"]
        with assert_queries(at_most=20) as without:
            visitor.get(path)
        settings.CURRENCIES = ["EUR", "USD", "JPY"]

        with assert_queries(at_most=len(without) + 2):
            visitor.get(path)
