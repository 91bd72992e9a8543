"""Races for stock: whoever comes first and however long each dawdles, nothing is sold twice and nothing stays held."""

from functools import partial

from apps.inventory import api as inventory
from apps.kernel.ids import uuid7
from apps.messaging.testing import deliver_all
from apps.orders import api as orders
from tests.chaos.races.arena import kinds
from tests.inventory.stock import make_warehouse
from tests.orders.making import STAFF, look
from tests.orders.paying import arrive, start


def test_last_units_go_to_as_many_as_there_are(arena):
    variant = arena.stock(3)

    outcomes = arena.race(*[partial(arena.place, (variant, 1)) for _ in range(8)])

    assert kinds(outcomes) == {"Order": 3, "InsufficientStock": 5}
    arena.judge()


def test_two_lines_of_one_variant_are_one_wish(arena):
    variant = arena.stock(10)
    arena.place((variant, 3))
    wish = [inventory.StockLine(variant_id=variant, quantity=quantity) for quantity in (2, 1)]

    def hold(number):
        arena.place((variant, 3), reservation=f"hold-{number}")

    def hold_by_lines(number):
        return inventory.reserve_stock(reference=f"lines-{number}", lines=wish, expires_in_seconds=60)

    outcomes = arena.race(*[partial(act, number) for number in range(3) for act in (hold, hold_by_lines)])

    assert kinds(outcomes)["InsufficientStock"] == 4
    arena.judge()


def test_two_warehouses_are_emptied_together(arena):
    make_warehouse("far", priority=99)
    variant = arena.stock(3)
    arena.bring(variant, 2, warehouse="far")

    outcomes = arena.race(*[partial(arena.place, (variant, quantity)) for quantity in (2, 1, 2, 1, 2)])

    assert kinds(outcomes).keys() == {"Order", "InsufficientStock"}
    arena.judge()


def test_carts_in_opposite_order_do_not_wait_for_each_other_for_ever(arena):
    one, two = arena.stock(4), arena.stock(4)
    lines = [(one, 1), (two, 1)]

    outcomes = arena.race(*[partial(arena.place, *(lines if number % 2 else lines[::-1])) for number in range(6)])

    assert kinds(outcomes) == {"Order": 4, "InsufficientStock": 2}
    arena.judge()


def test_one_cart_ordered_in_two_tabs_is_one_order(arena):
    variant, cart = arena.stock(9), uuid7()

    outcomes = arena.race(*[partial(arena.place, (variant, 2), cart_id=cart, reservation="same") for _ in range(4)])

    assert kinds(outcomes) == {"Order": 1, "AlreadyPlaced": 3}
    assert inventory.get_stock_levels(variant_ids=[variant])[variant][0].reserved == 2
    arena.judge()


def test_buyer_who_comes_back_races_the_expiry_of_what_he_held(arena):
    variant = arena.stock(2)
    inventory.reserve_stock(
        reference="late", lines=[inventory.StockLine(variant_id=variant, quantity=2)], expires_in_seconds=60
    )
    arena.expire("late")

    placed, _, _ = arena.race(
        partial(arena.place, (variant, 2), reservation="late"), inventory.release_expired, inventory.release_expired
    )

    if isinstance(placed, orders.Order):
        assert inventory.get_reservation(reference="late").status is inventory.ReservationStatus.RESERVED
    else:
        assert isinstance(placed, inventory.ReservationLost)
        arena.place((variant, 2))  # what he lost can be sold
    arena.judge()


def test_money_that_comes_races_the_expiry_of_what_it_pays_for(arena):
    variant = arena.stock(2)
    order = arena.place((variant, 2), reservation="late")
    payment = start(order)
    arena.expire("late")

    def pay():
        arrive(payment)
        deliver_all()

    outcomes = arena.race(pay, inventory.release_expired, inventory.release_expired)

    assert outcomes[0] is None
    arena.judge()
    assert look(order).status.value in ("processing", "awaiting_payment")


def test_what_is_released_many_times_is_given_back_once(arena):
    variant = arena.stock(9)
    kept, given = arena.place((variant, 4)), arena.place((variant, 3), reservation="given")

    orders.cancel_order(order_id=given.id, viewer=STAFF)
    outcomes = arena.race(*[partial(inventory.release_reservation, reference="given")] * 3, deliver_all)

    assert outcomes == [None] * 4
    assert inventory.get_stock_levels(variant_ids=[variant])[variant][0].reserved == 4
    arena.judge()
    assert look(kept).status.value == "awaiting_payment"


def test_stock_take_races_buyers(arena):
    variant = arena.stock(6)

    def count(on_hand):
        return inventory.set_on_hand(variant_id=variant, on_hand=on_hand, reason="stock-take")

    outcomes = arena.race(*[partial(arena.place, (variant, 2)) for _ in range(4)], partial(count, 3), partial(count, 5))

    assert kinds(outcomes).keys() <= {"Order", "InsufficientStock", "StockLevel", "BelowReserved"}
    arena.judge()
