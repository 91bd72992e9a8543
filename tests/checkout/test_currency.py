"""A cart in another currency: chosen by the shopper, or met when two carts become one."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import connections

from apps.catalog import api as catalog
from apps.catalog.contracts import ProductInput, VariantInput
from apps.checkout import api as checkout
from apps.checkout.models import Cart
from apps.kernel.errors import Invalid
from apps.kernel.ids import uuid7
from apps.kernel.money import Money
from apps.orders import api as orders
from apps.web.testing import assert_queries
from tests.catalog.shop import make_simple
from tests.checkout.shopping import contents, euro, fill_in, guest, make_variant, place, ready, signed_in
from tests.shipping.offers import stop_rates

pytestmark = pytest.mark.django_db


def dollar(amount):
    return Money(Decimal(amount), "USD")


def make_in_both(*, euros="10.00", dollars="12.00", **changes):
    prices = {"EUR": euro(euros), "USD": dollar(dollars)}
    return make_variant(variants=(VariantInput(prices=prices),), **changes)


def make_lantern():
    """Something that is sold in euros only."""
    return make_simple("Lantern", variants=(VariantInput(sku="LANTERN", prices={"EUR": euro("9.00")}),)).variants[0].id


def cart_of(*variants, currency="EUR", **whose):
    owner = checkout.CartOwner(**whose) if whose else guest()
    for variant_id in variants:
        checkout.add_item(owner=owner, variant_id=variant_id, quantity=2, currency=currency)
    return owner


def prices_of(cart):
    return [(str(item.unit_price), item.price_was) for item in cart.items]


def test_every_line_gets_its_price_in_the_new_currency():
    owner = cart_of(make_in_both(), make_in_both(euros="20.00", dollars="19.00"))

    changed = checkout.change_currency(owner=owner, currency="USD")

    assert (changed.currency, str(changed.subtotal)) == ("USD", "62.00 USD")
    assert prices_of(changed) == [("12.00 USD", None), ("19.00 USD", None)]
    assert changed.version == 3
    assert checkout.get_cart(owner=owner) == replace(changed, token=owner.token)


def test_a_price_that_changes_afterwards_is_told_beside_the_one_that_was_seen():
    variant = make_in_both()
    owner = cart_of(variant)
    checkout.change_currency(owner=owner, currency="USD")
    product = catalog.get_product(product_id=checkout.get_cart(owner=owner).items[0].product_id)
    raised = (VariantInput(id=variant, prices={"EUR": euro("10.00"), "USD": dollar("15.00")}),)
    catalog.update_product(
        product_id=product.id,
        product=ProductInput(title=product.title, slug=product.slug, status=product.status, variants=raised),
    )

    assert prices_of(checkout.get_cart(owner=owner)) == [("15.00 USD", dollar("12.00"))]


def test_line_without_a_price_there_is_named_and_nothing_changes():
    owner = cart_of(make_in_both(), make_lantern())
    before = checkout.get_cart(owner=owner)

    with pytest.raises(checkout.NotSoldInCurrency) as refused:
        checkout.change_currency(owner=owner, currency="USD")

    (fault,) = refused.value.fields
    assert (fault.field, fault.code) == ("currency", "not_sold_in_currency")
    assert fault.detail == ("Not sold in USD: Lantern. Take that out of your bag first, then change the currency.")
    assert checkout.get_cart(owner=owner) == before


def test_of_many_such_lines_five_are_named():
    owner = cart_of(*(make_simple(f"Lantern {number}").variants[0].id for number in range(7)))

    with pytest.raises(checkout.NotSoldInCurrency, match=r"Lantern 0, .*, Lantern 4, …\."):
        checkout.change_currency(owner=owner, currency="USD")


def test_unknown_currency_is_refused_by_name():
    owner = cart_of(make_in_both())

    with pytest.raises(Invalid, match="'XXX' is not an ISO 4217 code"):
        checkout.change_currency(owner=owner, currency="XXX")


def test_nobodys_and_empty_carts_are_not_written():
    nobody, left = guest(), cart_of(make_lantern())
    checkout.clear_cart(owner=left)
    version = checkout.get_cart(owner=left).version

    for owner in (nobody, left):
        assert checkout.change_currency(owner=owner, currency="USD").currency == "USD"

    assert Cart.objects.count() == 1
    assert checkout.get_cart(owner=left).version == version


def test_cart_without_lines_is_in_the_currency_that_its_owner_sees():
    owner, other = replace(guest(), currency="USD"), cart_of(make_lantern())
    checkout.clear_cart(owner=other)

    for whose in (owner, replace(other, currency="USD")):
        assert checkout.get_cart(owner=whose).currency == "USD"
        assert checkout.add_item(owner=whose, variant_id=make_in_both(), quantity=1).currency == "USD"


def test_cart_with_lines_keeps_its_currency_whatever_its_owner_sees():
    owner = replace(cart_of(make_in_both()), currency="USD")

    added = checkout.add_item(owner=owner, variant_id=make_in_both(), quantity=1)

    assert (added.currency, len(added.items)) == ("EUR", 2)


def test_delivery_method_that_is_not_offered_there_is_unset():
    owner = cart_of(make_in_both())
    chosen = fill_in(owner).shipping_method_id
    stop_rates(method_id=chosen, currency="USD")

    checkout.change_currency(owner=owner, currency="USD")
    quote = checkout.get_quote(owner=owner)
    checkout.change_currency(owner=owner, currency="EUR")

    assert (quote.shipping_method_id, quote.missing) == (None, ("shipping_method",))
    assert checkout.get_quote(owner=owner).shipping_method_id is None


def test_delivery_method_that_is_offered_there_stays_at_its_price_there():
    owner = cart_of(make_in_both())
    before = fill_in(owner)

    checkout.change_currency(owner=owner, currency="USD")
    quote = checkout.get_quote(owner=owner)

    assert quote.shipping_method_id == before.shipping_method_id
    assert (quote.ready, quote.totals.shipping.currency, quote.totals.total.currency) == (True, "USD", "USD")


def test_total_that_was_seen_in_another_currency_places_nothing():
    owner = cart_of(make_in_both(euros="10.00", dollars="10.00"))
    seen = fill_in(owner).totals.total
    checkout.change_currency(owner=owner, currency="USD")

    with pytest.raises(checkout.QuoteChanged) as refused:
        place(owner, expected=seen)

    assert refused.value.quote.totals.total.currency == "USD"
    assert checkout.get_cart(owner=owner).item_count == 2


def test_placed_order_keeps_its_currency():
    owner = checkout.CartOwner(customer_id=uuid7())
    ready(make_in_both(), owner=owner)
    order = place(owner).order
    checkout.add_item(owner=owner, variant_id=make_in_both(), quantity=1)

    checkout.change_currency(owner=owner, currency="USD")

    kept = orders.get_order(order_id=order.id, viewer=orders.Viewer(customer_id=owner.customer_id))
    assert kept.total == order.total
    assert kept.total.currency == "EUR"


@pytest.mark.parametrize("lines", [1, 12])
def test_it_costs_nine_statements_however_many_lines(lines):
    owner = cart_of(*(make_in_both() for _ in range(lines)))
    fill_in(owner)

    with assert_queries(at_most=9):
        checkout.change_currency(owner=owner, currency="USD")


@pytest.mark.django_db(transaction=True)
def test_what_is_added_meanwhile_is_priced_in_one_currency_and_not_lost():
    owner, variants = guest(), [make_in_both() for _ in range(6)]
    checkout.add_item(owner=owner, variant_id=variants[0], quantity=1)
    start = threading.Barrier(7)

    def act(number):
        start.wait(10)
        try:
            if number < 6:
                checkout.add_item(owner=owner, variant_id=variants[number], quantity=1)
            else:
                checkout.change_currency(owner=owner, currency="USD")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(7) as pool:
        list(pool.map(act, range(7)))

    cart = checkout.get_cart(owner=owner)
    assert (cart.currency, len(cart.items)) == ("USD", 6)
    assert prices_of(cart) == [("12.00 USD", None)] * 6


# Two carts of two currencies.


def test_two_carts_meet_in_the_guests_currency_where_nothing_is_lost_by_it():
    customer, mine, guests = uuid7(), make_in_both(), make_in_both()
    cart_of(mine, customer_id=customer)
    owner = cart_of(guests, currency="USD")

    merged = checkout.get_cart(owner=signed_in(owner, customer))

    assert (merged.currency, str(merged.subtotal)) == ("USD", "48.00 USD")
    assert {item.variant_id: (item.quantity, item.price_was) for item in merged.items} == {
        mine: (2, None),
        guests: (2, None),
    }
    assert [(note.code, note.currency, note.quantity) for note in merged.notes] == [("priced_in_currency", "USD", 2)]


def test_variant_of_both_carts_is_added_up_at_the_price_of_their_currency():
    customer, variant = uuid7(), make_in_both()
    cart_of(variant, customer_id=customer)

    merged = checkout.get_cart(owner=signed_in(cart_of(variant, currency="USD"), customer))

    assert prices_of(merged) == [("12.00 USD", None)]
    assert contents(checkout.CartOwner(customer_id=customer)) == {variant: 4}


def test_two_carts_meet_in_the_customers_currency_where_the_guests_would_cost_a_line():
    customer, lantern, variant = uuid7(), make_lantern(), make_in_both()
    cart_of(lantern, customer_id=customer)

    merged = checkout.get_cart(owner=signed_in(cart_of(variant, currency="USD"), customer))

    assert (merged.currency, contents(checkout.CartOwner(customer_id=customer))) == ("EUR", {lantern: 2, variant: 2})
    assert [note.code for note in merged.notes] == ["priced_in_currency"]


def test_empty_cart_of_a_guest_leaves_the_customers_currency():
    customer, variant = uuid7(), make_in_both()
    cart_of(variant, customer_id=customer)
    owner = cart_of(make_in_both(), currency="USD")
    checkout.clear_cart(owner=owner)

    merged = checkout.get_cart(owner=signed_in(owner, customer))

    assert (merged.currency, merged.notes, len(merged.items)) == ("EUR", (), 1)


@pytest.mark.parametrize("looks_first", [True, False])
def test_what_a_merge_left_out_is_told_on_after_the_currency_changed(looks_first):
    customer, prices = uuid7(), {"USD": dollar("12.00"), "JPY": Money(Decimal(1800), "JPY")}
    cart_of(make_variant(variants=(VariantInput(prices=prices),)), currency="USD", customer_id=customer)
    both = signed_in(cart_of(make_lantern()), customer)
    if looks_first:
        checkout.get_cart(owner=both)

    changed = checkout.change_currency(owner=both, currency="JPY")

    assert (changed.currency, str(changed.subtotal)) == ("JPY", "3600 JPY")
    assert checkout.get_cart(owner=both).notes == changed.notes
    assert [(note.code, note.title, note.currency) for note in changed.notes] == [
        ("not_sold_in_currency", "Lantern", "USD")
    ]
