"""Placing: what is refused, what is repeated, what is kept, whoever else does what at the same moment."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from apps.catalog import api as catalog
from apps.checkout import api as checkout
from apps.checkout.services import closing, placing
from apps.inventory import api as inventory
from apps.kernel.ids import uuid7
from apps.messaging.testing import deliver_all
from apps.orders import api as orders
from apps.web.pagination import PageParams
from apps.web.testing import assert_queries
from tests.checkout.shopping import (
    contents,
    euro,
    guest,
    make_variant,
    place,
    ready,
    set_price,
    stock_of,
)

pytestmark = pytest.mark.django_db


def all_orders():
    return orders.search_orders(params=PageParams(limit=100)).items


def at_once(count, function):
    """Run `function(number)` in `count` threads that start together; refusals are returned."""
    start = threading.Barrier(count)

    def run(number):
        start.wait(20)
        try:
            return function(number)
        except (orders.AlreadyPlaced, inventory.InsufficientStock, checkout.CheckoutIncomplete) as refused:
            return refused
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_ready_cart_becomes_an_order_and_its_stock_is_held():
    variant = make_variant(stock=10)
    owner = ready(variant, quantity=2)

    placed = place(owner)

    order = orders.get_order(order_id=placed.order.id, viewer=orders.Viewer(order_token=placed.order_token))
    assert order.status is orders.OrderStatus.AWAITING_PAYMENT
    assert (order.email, order.total) == ("ada@example.com", euro("44.90"))
    assert placed.answer.body == {"id": str(order.id), "order_token": placed.order_token}
    assert stock_of(variant) == (10, 2)
    assert contents(owner) == {}


def test_repeat_gets_the_first_answer():
    owner = ready()
    first = place(owner)
    checkout.add_item(owner=owner, variant_id=make_variant(), quantity=1)

    again = place(owner)

    assert (again.replayed, again.answer) == (True, first.answer)
    assert len(all_orders()) == 1
    assert len(contents(owner)) == 1


def test_second_key_for_a_placed_cart_names_the_order():
    owner = ready()
    first = place(owner)

    with pytest.raises(orders.AlreadyPlaced) as refused:
        place(owner, key="key-2")

    assert refused.value.order_id == first.order.id


def test_empty_or_incomplete_checkout_is_refused_with_what_is_missing():
    owner, without_address = guest(), guest()
    checkout.add_item(owner=without_address, variant_id=make_variant(), quantity=1)

    for who, missing in ((owner, "items"), (without_address, "email")):
        with pytest.raises(checkout.CheckoutIncomplete) as refused:
            place(who)
        assert missing in refused.value.missing
    assert all_orders() == ()


def test_too_little_stock_keeps_the_cart_and_leaves_no_trace():
    variant = make_variant(stock=1)
    owner = ready(variant, quantity=2)

    with pytest.raises(inventory.InsufficientStock) as refused:
        place(owner)

    (line,) = refused.value.lines
    assert (line.variant_id, line.requested, line.available) == (variant, 2, 1)
    assert (contents(owner), stock_of(variant), all_orders()) == ({variant: 2}, (1, 0), ())
    inventory.set_on_hand(variant_id=variant, on_hand=2, reason="delivery")
    assert place(owner).order


def test_withdrawn_product_is_refused_as_out_of_stock():
    owner = ready()
    catalog.unpublish_product(product_id=checkout.get_cart(owner=owner).items[0].product_id)

    with pytest.raises(inventory.InsufficientStock):
        place(owner)


def test_changed_price_is_refused_with_the_new_quote_and_a_new_agreement_goes_through():
    variant = make_variant(price="20.00")
    owner = ready(variant)
    agreed = checkout.get_quote(owner=owner).totals.total
    set_price(variant, "21.00")

    with pytest.raises(checkout.QuoteChanged) as refused:
        place(owner, expected=agreed)

    assert (agreed, refused.value.quote.totals.total) == (euro("24.90"), euro("25.90"))
    assert refused.value.quote.cart.items[0].available == 10  # what could be bought, not what the cart asks for
    assert stock_of(variant) == (10, 0)
    assert place(owner, expected=euro("25.90")).order.total == euro("25.90")


def test_line_added_after_the_quote_is_refused_and_nothing_is_lost():
    one, two = make_variant(), make_variant()
    owner = ready(one)
    agreed = checkout.get_quote(owner=owner).totals.total
    checkout.add_item(owner=owner, variant_id=two, quantity=1)

    with pytest.raises(checkout.QuoteChanged):
        place(owner, expected=agreed)

    assert contents(owner) == {one: 1, two: 1}


def test_what_is_added_while_the_order_is_written_moves_to_a_fresh_cart(monkeypatch):
    bought, raised, added = make_variant(), make_variant(), make_variant()
    owner = ready(bought, raised)
    reserve = inventory.reserve_stock

    def add_meanwhile(**arguments):
        reserved = reserve(**arguments)
        checkout.add_item(owner=owner, variant_id=raised, quantity=2)
        checkout.add_item(owner=owner, variant_id=added, quantity=1)
        return reserved

    monkeypatch.setattr(placing.inventory, "reserve_stock", add_meanwhile)
    placed = place(owner)

    assert {line.variant_id: line.quantity for line in placed.order.lines} == {bought: 1, raised: 1}
    assert contents(owner) == {raised: 2, added: 1}
    assert checkout.get_quote(owner=owner).ready
    deliver_all()
    assert contents(owner) == {raised: 2, added: 1}


class Died(Exception):
    """The process was killed here."""


def test_repeat_after_a_crash_between_the_two_commits_finds_its_reservation(monkeypatch):
    variant = make_variant()
    owner = ready(variant)
    with monkeypatch.context() as crash:
        crash.setattr(placing.orders, "place_order", lambda **_: (_ for _ in ()).throw(Died))
        with pytest.raises(Died):
            place(owner)
    assert stock_of(variant) == (10, 1)

    placed = place(owner)

    assert placed.order
    assert stock_of(variant) == (10, 1)


def test_repeat_after_a_crash_with_a_changed_cart_holds_only_what_is_ordered(monkeypatch):
    variant, other = make_variant(), make_variant()
    owner = ready(variant)
    with monkeypatch.context() as crash:
        crash.setattr(placing.orders, "place_order", lambda **_: (_ for _ in ()).throw(Died))
        with pytest.raises(Died):
            place(owner)
    checkout.add_item(owner=owner, variant_id=other, quantity=1)

    place(owner)

    assert (stock_of(variant), stock_of(other)) == ((10, 1), (10, 1))


def test_cart_of_a_request_that_died_after_placing_is_closed_by_the_event(monkeypatch):
    owner = ready()
    with monkeypatch.context() as crash:
        crash.setattr(placing, "close_cart", lambda **_: (_ for _ in ()).throw(Died))
        with pytest.raises(Died):
            place(owner)
    assert len(contents(owner)) == 1

    deliver_all()

    assert contents(owner) == {}
    assert place(owner).replayed


def test_closing_twice_changes_nothing():
    owner, variant = ready(), make_variant()
    cart_id = checkout.get_cart(owner=owner).id
    place(owner)
    checkout.add_item(owner=owner, variant_id=variant, quantity=1)

    closing.close_cart(cart_id=cart_id, version=1, ordered={})

    assert contents(owner) == {variant: 1}


def test_customers_order_is_in_their_list_and_needs_no_token():
    customer = uuid7()
    owner = ready(owner=checkout.CartOwner(customer_id=customer))

    placed = place(owner)

    mine = orders.list_orders(customer_id=customer, params=PageParams(limit=20)).items
    assert [found.id for found in mine] == [placed.order.id]
    assert placed.order_token == ""


@pytest.mark.parametrize("count", [1, 10, pytest.param(100, marks=pytest.mark.slow)])
def test_placing_costs_the_same_however_many_lines(count):
    owner = ready(*[make_variant() for _ in range(count)])

    with assert_queries(at_most=20) as statements:
        place(owner)

    # turn and answer, cart, variants, shipping, tax, reserve, number, order with event and answer, close, end of turn
    assert len(statements) == 10


@pytest.mark.django_db(transaction=True)
def test_one_key_at_once_is_one_order_and_equal_answers():
    variant = make_variant()
    owner = ready(variant)

    answers = at_once(8, lambda _: place(owner).answer)

    assert len({str(answer.body) for answer in answers}) == 1, answers
    assert len(all_orders()) == 1
    assert stock_of(variant) == (10, 1)


@pytest.mark.django_db(transaction=True)
def test_two_tabs_with_two_keys_are_one_order_and_one_reservation():
    variant = make_variant()
    owner = ready(variant)

    outcomes = at_once(8, lambda number: place(owner, key=str(number)))

    placed = [outcome.order.id for outcome in outcomes if isinstance(outcome, checkout.PlacedOrder)]
    named = {outcome.order_id for outcome in outcomes if isinstance(outcome, orders.AlreadyPlaced)}
    assert (len(placed), named) == (1, set(placed)), outcomes
    assert stock_of(variant) == (10, 1)


@pytest.mark.django_db(transaction=True)
def test_more_buyers_than_stock_get_exactly_the_stock():
    one, two = make_variant(stock=5), make_variant(stock=5)
    owners = [ready(*variants) for variants in [(one, two), (two, one)] * 6]

    outcomes = at_once(12, lambda number: place(owners[number]))

    kinds = Counter(type(outcome).__name__ for outcome in outcomes)
    assert kinds == {"PlacedOrder": 5, "InsufficientStock": 7}
    assert (stock_of(one), stock_of(two)) == ((5, 5), (5, 5))
    assert len(all_orders()) == 5
    losers = [owner for owner, outcome in zip(owners, outcomes, strict=True) if isinstance(outcome, Exception)]
    assert all(contents(owner) == {one: 1, two: 1} for owner in losers)


@pytest.mark.django_db(transaction=True)
def test_lines_added_at_the_moment_of_placing_are_in_the_order_or_in_a_fresh_cart():
    bought, added = make_variant(stock=100), [make_variant() for _ in range(6)]
    owner = ready(bought)

    def act(number):
        if number == 0:
            return place(owner).order
        return checkout.add_item(owner=owner, variant_id=added[number - 1], quantity=1)

    order = at_once(7, act)[0]

    ordered = {line.variant_id for line in order.lines}
    assert ordered | set(contents(owner)) == {bought, *added}
    assert not ordered & set(contents(owner))
