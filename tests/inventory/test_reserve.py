"""Reserving: all or nothing, once per reference, summed per variant, by warehouse priority."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.inventory import api as inventory
from apps.inventory.models import ReservationLine, StockReservation
from apps.kernel.errors import Invalid
from apps.kernel.ids import uuid7
from tests.inventory.stock import (
    HOUR,
    available,
    check_books,
    level,
    lines,
    make_variant,
    make_warehouse,
    reserve,
)

pytestmark = pytest.mark.django_db


def test_reserving_holds_every_line():
    one, two = make_variant(10), make_variant(3)

    reservation = reserve("order-1", (one, 2), (two, 3))

    assert reservation.status is inventory.ReservationStatus.RESERVED
    assert set(reservation.lines) == set(lines((one, 2), (two, 3)))
    assert (level(one), level(two)) == ((10, 2), (3, 3))
    assert inventory.get_reservation(reference="order-1") == reservation
    check_books()


def test_expiry_is_that_many_seconds_ahead_by_the_databases_clock():
    reserve("order-1", (make_variant(), 1), seconds=90)

    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM expires_at - created_at) FROM inventory_stockreservation")
        assert float(cursor.fetchone()[0]) == pytest.approx(90, abs=0.01)


def test_one_short_line_refuses_the_whole_order_and_leaves_no_trace():
    plenty, scarce, gone = make_variant(10), make_variant(2), make_variant(0)

    with pytest.raises(inventory.InsufficientStock) as refusal:
        reserve("order-1", (plenty, 1), (scarce, 5), (gone, 1))

    assert sorted(refusal.value.lines, key=lambda line: line.requested) == [
        inventory.Shortage(variant_id=gone, requested=1, available=0),
        inventory.Shortage(variant_id=scarce, requested=5, available=2),
    ]
    assert refusal.value.extra["lines"][0]["requested"] in (1, 5)
    assert (level(plenty), level(scarce)) == ((10, 0), (2, 0))
    assert not StockReservation.objects.exists()
    check_books()


def test_a_refused_reference_may_try_again():
    variant = make_variant(1)
    with pytest.raises(inventory.InsufficientStock):
        reserve("order-1", (variant, 2))

    assert reserve("order-1", (variant, 1)).lines == tuple(lines((variant, 1)))


def test_a_variant_nobody_set_stock_for_has_none():
    unknown = uuid7()

    with pytest.raises(inventory.InsufficientStock) as refusal:
        reserve("order-1", (unknown, 1))

    assert refusal.value.lines == (inventory.Shortage(variant_id=unknown, requested=1, available=0),)


def test_two_lines_of_one_variant_are_added_up_before_they_are_checked():
    variant = make_variant(3)

    with pytest.raises(inventory.InsufficientStock) as refusal:
        reserve("order-1", (variant, 2), (variant, 2))
    reservation = reserve("order-2", (variant, 2), (variant, 1))

    assert refusal.value.lines == (inventory.Shortage(variant_id=variant, requested=4, available=3),)
    assert reservation.lines == tuple(lines((variant, 3)))
    assert level(variant) == (3, 3)


def test_what_others_hold_is_not_available():
    variant = make_variant(5)
    reserve("order-1", (variant, 4))

    with pytest.raises(inventory.InsufficientStock) as refusal:
        reserve("order-2", (variant, 2))

    assert refusal.value.lines[0].available == 1


def test_a_repeat_returns_the_same_reservation_and_takes_nothing():
    one, two = make_variant(10), make_variant(10)
    first = reserve("order-1", (one, 2), (two, 1), (one, 1))

    again = reserve("order-1", (two, 1), (one, 3), seconds=60)

    assert again == first
    assert (level(one), level(two)) == ((10, 3), (10, 1))
    check_books()


def test_a_repeat_holds_at_least_as_long_as_it_asks_for():
    variant = make_variant()
    first = reserve("order-1", (variant, 1), seconds=60)

    again = reserve("order-1", (variant, 1), seconds=HOUR)

    assert again.expires_at > first.expires_at


def test_a_repeat_after_allocation_is_told_so():
    variant = make_variant()
    reserve("order-1", (variant, 1))
    inventory.allocate_reservation(reference="order-1")

    again = reserve("order-1", (variant, 1))

    assert (again.status, again.expires_at) == (inventory.ReservationStatus.ALLOCATED, None)


@pytest.mark.parametrize("change", ["more", "less", "other variant", "one more variant"])
def test_the_same_reference_with_other_lines_is_a_mismatch(change):
    variant, other = make_variant(), make_variant()
    reserve("order-1", (variant, 2))
    wishes = {
        "more": [(variant, 3)],
        "less": [(variant, 1)],
        "other variant": [(other, 2)],
        "one more variant": [(variant, 2), (other, 1)],
    }

    with pytest.raises(inventory.ReservationMismatch):
        reserve("order-1", *wishes[change])

    assert (level(variant), level(other)) == ((10, 2), (10, 0))


def test_a_reserve_after_its_release_meets_the_tombstone():
    variant = make_variant()
    inventory.release_reservation(reference="order-1")

    with pytest.raises(inventory.ReservationLost):
        reserve("order-1", (variant, 1))

    assert level(variant) == (10, 0)


def test_a_released_reference_is_not_reserved_again():
    variant = make_variant()
    reserve("order-1", (variant, 1))
    inventory.release_reservation(reference="order-1")

    with pytest.raises(inventory.ReservationLost):
        reserve("order-1", (variant, 1))

    assert level(variant) == (10, 0)


def test_warehouses_are_taken_from_by_priority_and_split_only_where_one_has_too_little():
    make_warehouse("near", priority=-1)
    make_warehouse("far", priority=99)
    variant, single = make_variant(4), make_variant(4)
    inventory.set_on_hand(variant_id=variant, on_hand=3, warehouse="near", reason="delivery")
    inventory.set_on_hand(variant_id=variant, on_hand=9, warehouse="far", reason="delivery")
    inventory.set_on_hand(variant_id=single, on_hand=9, warehouse="far", reason="delivery")

    reserve("order-1", (variant, 8), (single, 4))

    assert [level(variant, code) for code in ("near", "main", "far")] == [(3, 3), (4, 4), (9, 1)]
    assert [level(single, code) for code in ("main", "far")] == [(4, 4), (9, 0)]
    check_books()


def test_a_full_warehouse_is_passed_over():
    make_warehouse("near", priority=-1)
    variant = make_variant(4)
    inventory.set_on_hand(variant_id=variant, on_hand=3, warehouse="near", reason="delivery")
    reserve("order-1", (variant, 3))

    reserve("order-2", (variant, 2))

    assert [level(variant, code) for code in ("near", "main")] == [(3, 3), (4, 2)]
    assert ReservationLine.objects.filter(reservation_id="order-2").count() == 1


def test_stock_of_an_inactive_warehouse_is_not_sold():
    make_warehouse("closed", priority=-1, is_active=False)
    variant = make_variant(1)
    inventory.set_on_hand(variant_id=variant, on_hand=50, warehouse="closed", reason="delivery")

    with pytest.raises(inventory.InsufficientStock) as refusal:
        reserve("order-1", (variant, 2))
    reserve("order-2", (variant, 1))

    assert refusal.value.lines[0].available == 1
    assert level(variant, "closed") == (50, 0)


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"lines": []}, "lines"),
        ({"lines": lines((uuid7(), 1), (uuid7(), 0))}, "lines.1.quantity"),
        ({"lines": lines((uuid7(), -1))}, "lines.0.quantity"),
        ({"lines": lines((uuid7(), 10**10))}, "lines.0.quantity"),
        ({"expires_in_seconds": 0}, "expires_in_seconds"),
        ({"reference": ""}, "reference"),
        ({"reference": "x" * 201}, "reference"),
        ({"reference": "nul\0"}, "reference"),
    ],
)
def test_nonsense_is_refused_by_name(wish, field):
    request = {"reference": "order-1", "lines": lines((uuid7(), 1)), "expires_in_seconds": HOUR} | wish

    with pytest.raises(Invalid) as refusal:
        inventory.reserve_stock(**request)

    assert [fault.field for fault in refusal.value.fields] == [field]


def test_a_billion_of_everything_is_a_shortage_and_no_overflow():
    variant = make_variant(5)

    with pytest.raises(inventory.InsufficientStock) as refusal:
        reserve("order-1", *[(variant, 10**9)] * 100)

    assert refusal.value.lines[0].requested == 10**11


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("variants", [1, 5, 50])
def test_an_order_of_any_size_is_one_statement(variants):
    wishes = [(make_variant(100), 2) for _ in range(variants)]

    with CaptureQueriesContext(connection) as queries:
        reserve("order-1", *wishes)

    statements = [query["sql"] for query in queries if query["sql"] not in ("BEGIN", "COMMIT")]
    assert len(statements) == 1
    assert statements[0].startswith("SELECT inventory_reserve_alone(")


@pytest.mark.django_db(transaction=True)
def test_a_crossing_costs_two_statements_more_however_many_variants_cross():
    wishes = [(make_variant(10), 10) for _ in range(5)]

    with CaptureQueriesContext(connection) as queries:
        reserve("order-1", *wishes)

    # alone in vain, then in a transaction with the event
    assert len([query for query in queries if query["sql"] not in ("BEGIN", "COMMIT")]) == 3
    assert all(available(variant) == 0 for variant, _ in wishes)
