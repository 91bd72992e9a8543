"""Carts: whose they are, what they hold, and that nothing is lost when two meet."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, connections
from django.test.utils import override_settings

from apps.catalog import api as catalog
from apps.catalog.contracts import VariantInput
from apps.checkout import api as checkout
from apps.checkout.models import Cart
from apps.kernel import clock
from apps.kernel.errors import Invalid, PreconditionFailed
from apps.kernel.ids import uuid7
from apps.kernel.money import Money
from apps.web import tokens
from apps.web.testing import assert_queries
from tests.catalog.shop import make_simple
from tests.checkout.shopping import contents, euro, guest, make_variant, set_price, signed_in

pytestmark = pytest.mark.django_db


def test_first_cart_is_empty_and_gives_the_guest_a_token():
    cart = checkout.get_cart(owner=checkout.CartOwner())

    assert (cart.items, cart.item_count, str(cart.subtotal)) == ((), 0, "0.00 EUR")
    assert tokens.read(cart.token, purpose="cart")


def test_items_show_todays_price_and_stock():
    owner, variant = guest(), make_variant(price="20.00", stock=3)

    cart = checkout.add_item(owner=owner, variant_id=variant, quantity=2)

    (item,) = cart.items
    assert (item.variant_id, item.quantity, item.available, item.price_was) == (variant, 2, 3, None)
    assert (item.line_total, cart.subtotal, cart.item_count) == (euro("40.00"), euro("40.00"), 2)
    assert checkout.get_cart(owner=owner) == cart


def test_same_variant_twice_is_one_line():
    owner, variant = guest(), make_variant()

    checkout.add_item(owner=owner, variant_id=variant, quantity=2)
    checkout.add_item(owner=owner, variant_id=variant, quantity=3)

    assert contents(owner) == {variant: 5}


def test_changed_price_is_shown_beside_the_one_that_was_seen():
    owner, variant = guest(), make_variant(price="20.00")
    checkout.add_item(owner=owner, variant_id=variant, quantity=1)
    set_price(variant, "25.00")

    (item,) = checkout.get_cart(owner=owner).items

    assert (item.unit_price, item.price_was) == (euro("25.00"), euro("20.00"))


def test_line_of_a_withdrawn_product_stays_visible_and_cannot_be_bought():
    owner, variant = guest(), make_variant()
    checkout.add_item(owner=owner, variant_id=variant, quantity=1)
    product_id = checkout.get_cart(owner=owner).items[0].product_id

    catalog.unpublish_product(product_id=product_id)
    (drafted,) = checkout.get_cart(owner=owner).items
    catalog.delete_product(product_id=product_id)
    (deleted,) = checkout.get_cart(owner=owner).items

    assert (drafted.available, deleted.available) == (0, 0)
    assert (deleted.title, deleted.unit_price) == (drafted.title, euro("20.00"))
    assert "stock" in checkout.get_quote(owner=owner).missing


@pytest.mark.parametrize("quantity", [0, -1, 1000, 10**9])
def test_quantity_out_of_range_is_refused_by_name(quantity):
    owner = guest()
    item = checkout.add_item(owner=owner, variant_id=make_variant(), quantity=1).items[0]

    for change in (
        lambda: checkout.add_item(owner=owner, variant_id=item.variant_id, quantity=quantity),
        lambda: checkout.set_quantity(owner=owner, item_id=item.id, quantity=quantity),
    ):
        with pytest.raises(Invalid) as refused:
            change()
        assert [fault.field for fault in refused.value.fields] == ["quantity"]


def test_adding_past_999_of_a_variant_is_refused():
    owner, variant = guest(), make_variant()
    checkout.add_item(owner=owner, variant_id=variant, quantity=999)

    with pytest.raises(checkout.CartFull):
        checkout.add_item(owner=owner, variant_id=variant, quantity=1)

    assert contents(owner) == {variant: 999}


def test_variant_that_is_unknown_draft_or_not_sold_in_the_currency_is_refused():
    owner, draft = guest(), make_variant()
    product = catalog.get_variants(ids=[draft], currency="EUR")[draft].product_id
    catalog.unpublish_product(product_id=product)

    for unknown in (uuid7(), draft):
        with pytest.raises(checkout.UnknownVariant):
            checkout.add_item(owner=owner, variant_id=unknown, quantity=1)
    with pytest.raises(checkout.NotSoldInCurrency):
        checkout.add_item(owner=owner, variant_id=make_variant(currency="JPY", price="900"), quantity=1)


def test_cart_with_lines_keeps_its_currency_and_an_empty_one_may_change_it():
    owner, yen = guest(), make_variant(currency="JPY", price="900")

    assert str(checkout.add_item(owner=owner, variant_id=yen, quantity=1, currency="JPY").subtotal) == "900 JPY"
    with pytest.raises(checkout.NotSoldInCurrency):
        checkout.add_item(owner=owner, variant_id=make_variant(), quantity=1, currency="EUR")
    checkout.clear_cart(owner=owner)
    assert checkout.add_item(owner=owner, variant_id=make_variant(), quantity=1, currency="EUR").currency == "EUR"


def test_item_of_another_cart_is_not_found():
    mine, yours = guest(), guest()
    checkout.add_item(owner=mine, variant_id=make_variant(), quantity=1)
    item = checkout.add_item(owner=yours, variant_id=make_variant(), quantity=1).items[0]

    with pytest.raises(checkout.CartItemNotFound):
        checkout.set_quantity(owner=mine, item_id=item.id, quantity=2)
    with pytest.raises(checkout.CartItemNotFound):
        checkout.remove_item(owner=mine, item_id=item.id)


def test_forged_token_opens_nothing():
    token = guest().token

    for forged in ("x", token[:-3] + "abc", tokens.sign(subject=str(uuid7()), purpose="order", days=1)):
        with pytest.raises(checkout.CartNotFound):
            checkout.get_cart(owner=checkout.CartOwner(token=forged))


def test_change_with_an_old_version_is_refused_and_changes_nothing():
    owner, variant = guest(), make_variant()
    cart = checkout.add_item(owner=owner, variant_id=variant, quantity=1)
    changed = checkout.set_quantity(owner=owner, item_id=cart.items[0].id, quantity=2, if_version=cart.version)

    with pytest.raises(PreconditionFailed):
        checkout.set_quantity(owner=owner, item_id=cart.items[0].id, quantity=9, if_version=cart.version)

    assert changed.version == cart.version + 1
    assert contents(owner) == {variant: 2}


def test_removing_and_clearing():
    owner, one, two = guest(), make_variant(), make_variant()
    checkout.add_item(owner=owner, variant_id=one, quantity=1)
    cart = checkout.add_item(owner=owner, variant_id=two, quantity=1)

    left = checkout.remove_item(owner=owner, item_id=cart.items[0].id)
    checkout.clear_cart(owner=owner)

    assert [item.variant_id for item in left.items] == [two]
    assert contents(owner) == {}


def test_guest_who_signs_in_takes_the_cart_along():
    owner, variant, customer = guest(), make_variant(), uuid7()
    checkout.add_item(owner=owner, variant_id=variant, quantity=2)

    cart = checkout.get_cart(owner=signed_in(owner, customer))

    assert contents(checkout.CartOwner(customer_id=customer)) == {variant: 2}
    assert cart.token == ""
    assert contents(owner) == {}


def test_merging_adds_up_loses_nothing_and_happens_once():
    owner, customer = guest(), uuid7()
    both, guests, customers = make_variant(), make_variant(), make_variant()
    signed_in_before = checkout.CartOwner(customer_id=customer)
    for variant, quantity in ((both, 998), (customers, 1)):
        checkout.add_item(owner=signed_in_before, variant_id=variant, quantity=quantity)
    for variant, quantity in ((both, 2), (guests, 3)):
        checkout.add_item(owner=owner, variant_id=variant, quantity=quantity)

    for _ in range(2):
        assert contents(signed_in(owner, customer)) == {both: 999, guests: 3, customers: 1}


def test_cart_that_nobody_touched_for_its_lifetime_is_deleted_with_what_was_filled_in():
    owner, kept = guest(), guest()
    with clock.frozen(clock.now() - timedelta(days=8)):
        checkout.add_item(owner=owner, variant_id=make_variant(), quantity=1)
    checkout.add_item(owner=kept, variant_id=make_variant(), quantity=1)
    Cart.objects.filter(pk=checkout.get_cart(owner=owner).id).update(expires_at=clock.now() - timedelta(seconds=1))

    assert checkout.expire_carts() == 1
    assert contents(owner) == {}
    assert len(contents(kept)) == 1


@pytest.mark.parametrize("count", [10, pytest.param(100, marks=pytest.mark.slow)])
def test_cart_costs_the_same_however_many_lines(count):
    owner, product = guest(), make_variant()
    for variant in [make_variant() for _ in range(count)]:
        checkout.add_item(owner=owner, variant_id=variant, quantity=1)

    with assert_queries(at_most=20) as read:
        item = checkout.get_cart(owner=owner).items[0]
    with assert_queries(at_most=20) as added:
        checkout.add_item(owner=owner, variant_id=product, quantity=1)
    with assert_queries(at_most=20) as again:
        checkout.add_item(owner=owner, variant_id=product, quantity=1)
    with assert_queries(at_most=20) as changed:
        checkout.set_quantity(owner=owner, item_id=item.id, quantity=3)
    with assert_queries(at_most=20) as removed:
        checkout.remove_item(owner=owner, item_id=item.id)

    assert [len(found) for found in (read, added, again, changed, removed)] == [3, 5, 5, 5, 5]


def test_first_item_of_a_new_guest_costs_one_statement_less():
    variant = make_variant()

    with assert_queries(at_most=20) as statements:
        checkout.add_item(owner=checkout.CartOwner(), variant_id=variant, quantity=1)

    assert len(statements) == 3


@pytest.mark.django_db(transaction=True)
def test_items_added_by_twelve_requests_at_once_are_all_there():
    owner, variants = guest(), [make_variant() for _ in range(4)]
    start = threading.Barrier(12)

    def add(number):
        start.wait(10)
        try:
            checkout.add_item(owner=owner, variant_id=variants[number % 4], quantity=1)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(add, range(12)))

    assert contents(owner) == dict.fromkeys(variants, 3)


@pytest.mark.django_db(transaction=True)
def test_first_carts_made_and_merged_at_once_end_as_one_with_everything():
    owner, customer = guest(), uuid7()
    variants = [make_variant() for _ in range(8)]
    checkout.add_item(owner=owner, variant_id=variants[0], quantity=1)
    start = threading.Barrier(7)

    def add(variant):
        start.wait(10)
        try:
            checkout.add_item(owner=signed_in(owner, customer), variant_id=variant, quantity=1)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(7) as pool:
        list(pool.map(add, variants[1:]))

    assert contents(checkout.CartOwner(customer_id=customer)) == dict.fromkeys(variants, 1)


@override_settings(CART_LIFETIME_DAYS=7)
def test_every_change_gives_the_cart_seven_more_days():
    owner = guest()
    cart = checkout.add_item(owner=owner, variant_id=make_variant(), quantity=1)

    assert timedelta(days=6, hours=23) < cart.expires_at - clock.now() <= timedelta(days=7)


def test_empty_cart_takes_the_currency_of_the_guests_cart_at_sign_in():
    customer, owner = uuid7(), guest()
    mine = checkout.CartOwner(customer_id=customer)
    first = checkout.add_item(owner=mine, variant_id=make_variant(), quantity=1)
    checkout.remove_item(owner=mine, item_id=first.items[0].id)
    dollars = make_variant(price="30.00", currency="USD")
    checkout.add_item(owner=owner, variant_id=dollars, quantity=1, currency="USD")

    merged = checkout.get_cart(owner=signed_in(owner, customer))

    assert (merged.currency, str(merged.subtotal)) == ("USD", "30.00 USD")


@pytest.fixture
def in_two_currencies():
    """A customer with a cart in dollars, and a guest's in euros: three of something only in euros, two of something sold in both."""
    customer, owner = uuid7(), guest()
    mine = checkout.CartOwner(customer_id=customer)
    checkout.add_item(owner=mine, variant_id=make_variant(currency="USD"), quantity=1, currency="USD")
    prices = {"EUR": euro("10.00"), "USD": Money(Decimal("12.00"), "USD")}
    both = make_variant(variants=(VariantInput(prices=prices),))
    lantern = make_simple("Lantern", variants=(VariantInput(sku="LANTERN", prices={"EUR": euro("9.00")}),))
    checkout.add_item(owner=owner, variant_id=lantern.variants[0].id, quantity=3)
    checkout.add_item(owner=owner, variant_id=both, quantity=2)
    return mine, signed_in(owner, customer), both


def test_cart_of_another_currency_is_priced_again_at_sign_in_and_each_line_is_told_of(in_two_currencies):
    _, both_owners, sold_in_both = in_two_currencies
    with connection.cursor() as cursor:  # lines are found by variant, as in a full table, and not as they were put in
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")

    merged = checkout.get_cart(owner=both_owners)

    (_, item) = merged.items
    assert (item.variant_id, item.quantity, str(item.unit_price), item.price_was) == (
        sold_in_both,
        2,
        "12.00 USD",
        None,
    )
    assert (merged.currency, str(merged.subtotal)) == ("USD", "44.00 USD")
    assert merged.notes == (
        checkout.CartNote(code="not_sold_in_currency", currency="USD", title="Lantern", sku="LANTERN", quantity=3),
        checkout.CartNote(code="priced_in_currency", currency="USD", title=item.title, sku=item.sku, quantity=2),
    )


def test_note_on_a_merged_cart_stays_until_its_lines_change_next(in_two_currencies):
    mine, both_owners, sold_in_both = in_two_currencies

    told = checkout.add_item(owner=both_owners, variant_id=sold_in_both, quantity=1)  # this very request merges them
    again = checkout.get_cart(owner=mine)
    changed = checkout.add_item(owner=mine, variant_id=sold_in_both, quantity=1)

    assert len(told.notes) == 2
    assert again.notes == told.notes
    assert changed.notes == checkout.get_cart(owner=mine).notes == ()
