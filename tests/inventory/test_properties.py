"""Whatever the order of operations, stock adds up and agrees with a model of it in plain Python."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.inventory import api as inventory
from apps.inventory.models import ReservationLine, StockReservation
from apps.kernel.ids import uuid7
from tests.inventory.stock import check_books, level, lines, make_variant, make_warehouse, reserve

VARIANTS = 3
_steps = st.lists(
    st.one_of(
        st.tuples(
            st.just("reserve"),
            st.integers(0, 4),
            st.lists(st.tuples(st.integers(0, VARIANTS - 1), st.integers(1, 4)), min_size=1, max_size=4),
        ),
        st.tuples(st.just("allocate"), st.integers(0, 4), st.none()),
        st.tuples(st.just("release"), st.integers(0, 4), st.none()),
        st.tuples(st.just("ship"), st.integers(0, 4), st.tuples(st.integers(0, VARIANTS - 1), st.integers(1, 3))),
        st.tuples(st.just("set"), st.integers(0, VARIANTS - 1), st.integers(0, 12)),
    ),
    max_size=25,
)


class Shop:
    """What stock should be: the same rules, one at a time, in memory."""

    def __init__(self, variants: list[UUID]) -> None:
        self.on_hand = dict.fromkeys(variants, 10)
        self.held: dict[int, dict[UUID, int]] = {}
        self.status: dict[int, str] = {}

    def reserved(self, variant: UUID) -> int:
        return sum(held.get(variant, 0) for held in self.held.values())

    def reserve(self, order: int, wish: dict[UUID, int]) -> bool:
        if order in self.status:
            return False
        if any(self.on_hand[v] - self.reserved(v) < n for v, n in wish.items()):
            return False
        self.held[order], self.status[order] = dict(wish), "reserved"
        return True

    def allocate(self, order: int) -> None:
        if self.status.get(order) == "reserved":
            self.status[order] = "allocated"

    def release(self, order: int) -> None:
        if self.status.get(order) != "shipped":
            self.held.pop(order, None)
            self.status[order] = "released"

    def ship(self, order: int, variant: UUID, quantity: int) -> None:
        if self.status.get(order) != "allocated" or self.held[order].get(variant, 0) < quantity:
            return
        self.held[order][variant] -= quantity
        self.on_hand[variant] -= quantity
        if not any(self.held[order].values()):
            self.status[order] = "shipped"

    def set(self, variant: UUID, on_hand: int) -> None:
        if on_hand >= self.reserved(variant):
            self.on_hand[variant] = on_hand


def carry_out(shop: Shop, variants: list[UUID], step: tuple) -> None:
    verb, number, detail = step
    reference = f"{variants[0]}-{number}"
    if verb == "reserve":
        wish: dict[UUID, int] = {}
        for index, quantity in detail:
            wish[variants[index]] = wish.get(variants[index], 0) + quantity
        shop.reserve(number, wish)
        reserve(reference, *[(variants[index], quantity) for index, quantity in detail])
    elif verb == "allocate":
        shop.allocate(number)
        inventory.allocate_reservation(reference=reference)
    elif verb == "release":
        shop.release(number)
        inventory.release_reservation(reference=reference)
    elif verb == "ship":
        index, quantity = detail
        shop.ship(number, variants[index], quantity)
        inventory.ship_reservation(reference=reference, lines=lines((variants[index], quantity)), shipment_id=uuid7())
    else:
        shop.set(variants[number], detail)
        inventory.set_on_hand(variant_id=variants[number], on_hand=detail, reason="stock-take")


REFUSALS = (
    inventory.InsufficientStock,
    inventory.ReservationLost,
    inventory.ReservationMismatch,
    inventory.ReservationNotAllocated,
    inventory.ShipmentExceedsReservation,
    inventory.BelowReserved,
)


@pytest.mark.django_db
@settings(max_examples=60, deadline=timedelta(seconds=10), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=_steps)
def test_any_sequence_of_operations_agrees_with_the_rules(steps):
    variants = [make_variant(10) for _ in range(VARIANTS)]
    shop = Shop(variants)

    for step in steps:
        try:
            carry_out(shop, variants, step)
        except REFUSALS:
            continue

    assert {variant: level(variant) for variant in variants} == {
        variant: (shop.on_hand[variant], shop.reserved(variant)) for variant in variants
    }
    found = StockReservation.objects.filter(reference__startswith=str(variants[0])).values_list("reference", "status")
    assert {int(reference.rsplit("-", 1)[1]): status for reference, status in found} == shop.status


@pytest.mark.django_db
@settings(max_examples=40, deadline=timedelta(seconds=10), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stocks=st.lists(st.integers(0, 6), min_size=1, max_size=4), wish=st.integers(1, 20))
def test_a_quantity_is_split_exactly_over_warehouses_by_priority(stocks, wish):
    tag = str(uuid7())[-12:]
    codes = [make_warehouse(f"w{tag}-{index}", priority=index).code for index, _ in enumerate(stocks)]
    variant = uuid7()
    for code, stock in zip(codes, stocks, strict=True):
        inventory.set_on_hand(variant_id=variant, on_hand=stock, warehouse=code, reason="delivery")

    try:
        reserve(f"order-{variant}", (variant, wish))
    except inventory.InsufficientStock:
        assert sum(stocks) < wish
    else:
        expected = [min(stock, max(wish - sum(stocks[:index]), 0)) for index, stock in enumerate(stocks)]
        assert [level(variant, code)[1] for code in codes] == expected
        assert ReservationLine.objects.filter(reservation_id=f"order-{variant}").count() == len(
            [taken for taken in expected if taken]
        )


@pytest.mark.django_db
def test_the_books_hold_after_a_long_day():
    one, two = make_variant(30), make_variant(30)
    for number in range(12):
        reserve(f"order-{number}", (one, 1), (two, 2))
        if number % 2:
            inventory.allocate_reservation(reference=f"order-{number}")
            inventory.ship_reservation(reference=f"order-{number}", lines=lines((two, 1)), shipment_id=uuid7())
        if number % 3:
            inventory.release_reservation(reference=f"order-{number}")

    check_books()
