"""The bag: quantities, what changed meanwhile, whose it is."""

import re
from decimal import Decimal

import pytest

from apps.accounts import api as accounts
from apps.catalog import api as catalog
from apps.catalog.contracts import VariantInput
from apps.checkout import api as checkout
from apps.inventory import api as inventory
from apps.kernel.ids import uuid7
from apps.kernel.money import Money
from apps.web.testing import assert_queries
from tests.checkout.shopping import euro, make_variant, set_price
from tests.storefront.visitor import Visitor, make_listed

pytestmark = pytest.mark.django_db


def lines(visitor):
    owner = checkout.CartOwner(token=visitor.client.cookies["cart"].value)
    return {item.variant_id: item.quantity for item in checkout.get_cart(owner=owner).items}


def test_bag_is_kept_by_a_cookie_that_scripts_cannot_read():
    variant_id, slug = make_listed()
    visitor = Visitor()

    page = visitor.add(slug, 2)

    assert lines(visitor) == {variant_id: 2}
    cookie = visitor.client.cookies["cart"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert "Added to your bag." in page.text
    assert '<span class="count">' in visitor.get("/").text


def test_looking_at_an_empty_bag_leaves_no_cart():
    page = Visitor().get("/cart/")

    assert "Your bag is empty." in page.text
    assert "cart" not in page.cookies


def test_quantity_changes_and_zero_removes():
    variant_id, slug = make_listed()
    visitor = Visitor()
    form = visitor.add(slug).form("/cart/items/")

    visitor.send(form, quantity="3")
    assert lines(visitor) == {variant_id: 3}

    visitor.send(form, quantity="0")
    assert lines(visitor) == {}


def test_remove_button_removes():
    _, slug = make_listed()
    visitor = Visitor()

    page = visitor.send(visitor.add(slug).form("/cart/items/"), button="remove")

    assert "Your bag is empty." in page.text


@pytest.mark.parametrize("quantity", ["", "two", "-1", "1.5", "1000", "9" * 40, "²"])
def test_quantity_that_is_none_is_explained(quantity):
    _, slug = make_listed()
    visitor = Visitor()
    form = visitor.add(slug).form("/cart/items/")

    page = visitor.send(form, quantity=quantity)

    assert page.status == 200
    beside = re.search(r'<span class="fault" id="fault-[^"]+">([^<]+)</span>', page.text)
    assert beside
    assert re.search(r"is not a (quantity|whole number)", beside[1])
    assert "note error" not in page.text
    assert list(lines(visitor).values()) == [1]


@pytest.mark.parametrize("variant_id", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_adding_what_does_not_exist_is_explained(variant_id):
    _, slug = make_listed()
    visitor = Visitor()
    form = visitor.get(f"/products/{slug}/").form("/cart/add/")

    page = visitor.send(form, variant_id=variant_id)

    assert page.status == 200
    assert "note error" in page.text


def test_changes_of_price_and_stock_are_explained_line_by_line():
    first, slug = make_listed(price="20.00", stock=5)
    second, other = make_listed(stock=5)
    visitor = Visitor()
    visitor.add(slug, 3)
    visitor.add(other)
    set_price(first, "25.00")
    inventory.set_on_hand(variant_id=first, on_hand=2, reason="test")
    inventory.set_on_hand(variant_id=second, on_hand=0, reason="test")

    text = visitor.get("/cart/").text

    assert "The price was €20.00" in text
    assert "Only 2 left." in text
    assert "Sold out." in text
    assert 'href="/checkout/"' not in text


def reduced(**prices):
    """Return the slug of a product that is on sale: currency to (price, former price)."""
    given = {code: Money(Decimal(now), code) for code, (now, _) in prices.items()}
    former = {code: Money(Decimal(was), code) for code, (_, was) in prices.items() if was}
    return make_listed(variants=(VariantInput(prices=given, compare_at_prices=former),))[1]


def test_what_a_sale_saves_is_said_beside_the_line_and_in_the_sum():
    visitor = Visitor()
    visitor.add(reduced(EUR=("20.00", "30.00")), 3)
    bag = visitor.add(make_listed(price="5.00")[1]).text

    line = re.search(r'<span class="unit-price">.*?</span>\n.*?</span>', bag, re.DOTALL)[0]
    assert '<s class="quiet"><span class="unseen">Was </span>€30.00</s>' in line
    assert '<span class="unseen">Now </span>€20.00' in line
    assert bag.count("You save €30.00") == 2
    assert "You save €30.00" in visitor.get("/checkout/").text
    assert bag.count('<s class="quiet">') == 1


def test_what_is_saved_is_that_of_the_bags_currency(settings):
    settings.CURRENCIES = ("EUR", "USD")
    visitor = Visitor()
    visitor.client.cookies["currency"] = "USD"

    bag = visitor.add(reduced(EUR=("20.00", "30.00"), USD=("25.00", "26.50")), 2).text

    assert bag.count("You save $3.00") == 2
    assert "€" not in re.search(r'<ul class="lines">.*?</ul>', bag, re.DOTALL)[0]


@pytest.mark.parametrize("was", ["20.00", "15.00", ""])
def test_former_price_that_was_not_higher_saves_nothing(was):
    visitor = Visitor()

    bag = visitor.add(reduced(EUR=("20.00", was))).text

    assert "You save" not in bag
    assert '<s class="quiet">' not in bag


def test_product_that_is_gone_can_be_taken_out():
    variant_id, slug = make_listed()
    visitor = Visitor()
    visitor.add(slug)
    catalog.delete_product(product_id=catalog.get_variants(ids=[variant_id], currency="EUR")[variant_id].product_id)

    page = visitor.get("/cart/")
    assert "Sold out." in page.text

    assert "Your bag is empty." in visitor.send(page.form("/cart/items/"), button="remove").text


def test_forged_cart_cookie_is_replaced():
    _, slug = make_listed()
    visitor = Visitor()
    visitor.client.cookies["cart"] = "forged"

    assert visitor.get("/cart/").status == 200
    visitor.client.cookies["cart"] = "forged"
    visitor.add(slug)

    assert list(lines(visitor).values()) == [1]


def test_item_of_another_cart_is_out_of_reach():
    _, slug = make_listed()
    stranger, visitor = Visitor(), Visitor()
    form = stranger.add(slug).form("/cart/items/")
    own = visitor.add(slug).form("/cart/items/")

    visitor.post(form.action, {**own.fields, "quantity": "7"})

    assert list(lines(stranger).values()) == [1]
    assert list(lines(visitor).values()) == [1]


def test_bag_costs_at_most_ten_statements():
    visitor = Visitor()
    for _ in range(5):
        visitor.add(make_listed()[1])

    with assert_queries(at_most=10):
        visitor.get("/cart/")


def test_what_a_merge_had_to_leave_out_is_named():
    email, password = f"{uuid7().hex}@example.com", "correct horse battery"
    customer = accounts.register_customer(email=email, password=password, first_name="Ada", last_name="Byron")
    dollars = make_variant(currency="USD")
    checkout.add_item(owner=checkout.CartOwner(customer_id=customer.id), variant_id=dollars, quantity=1, currency="USD")
    _, slug = make_listed()
    visitor = Visitor()
    visitor.add(slug, 2)
    form = visitor.get("/account/sign-in/?next=/cart/").form("/account/sign-in/")

    bag = visitor.send(form, at="/account/sign-in/", email=email, password=password)

    assert bag.path == "/cart/"
    assert re.search(r"Not sold in USD, so left out: 2 . Product \w+\.", bag.text)


def test_what_a_merge_priced_again_is_named():
    email, password = f"{uuid7().hex}@example.com", "correct horse battery"
    customer = accounts.register_customer(email=email, password=password, first_name="Ada", last_name="Byron")
    dollars = make_variant(currency="USD")
    checkout.add_item(owner=checkout.CartOwner(customer_id=customer.id), variant_id=dollars, quantity=1, currency="USD")
    prices = {"EUR": euro("10.00"), "USD": Money(Decimal("12.00"), "USD")}
    _, slug = make_listed(variants=(VariantInput(prices=prices),))
    visitor = Visitor()
    visitor.add(slug, 2)
    form = visitor.get("/account/sign-in/?next=/cart/").form("/account/sign-in/")

    bag = visitor.send(form, at="/account/sign-in/", email=email, password=password)

    assert re.search(r"Priced in USD now, like the rest of your bag: 2 . Product \w+\.", bag.text)


def test_what_is_missing_to_free_delivery_is_told_until_it_is_reached():
    _, slug = make_listed(price="30.00")
    visitor = Visitor()

    short = visitor.add(slug, 2)
    free = visitor.add(slug)

    assert re.search(r"<strong>€20\.00</strong> to free delivery to Germany", short.text)
    assert '<progress max="80.00" value="60.00"' in short.text
    assert "Delivery to Germany is free" in free.text
    assert '<progress max="80.00" value="80.00"' in free.text


def test_free_delivery_is_that_of_the_address_given_at_the_checkout():
    _, slug = make_listed(price="30.00")
    visitor = Visitor()
    visitor.add(slug)

    visitor.check_out(country="FR")
    assert "<strong>€120.00</strong> to free delivery to France" in visitor.get("/cart/").text

    visitor.check_out(country="CH", postal_code="8001", city="Zürich")
    assert "to free delivery" not in visitor.get("/cart/").text
