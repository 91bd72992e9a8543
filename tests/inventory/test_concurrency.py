"""Real threads on real PostgreSQL: nothing is sold twice, nothing deadlocks, every race has one winner."""

import collections
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now

from apps.inventory import api as inventory
from apps.inventory.models import StockItem, StockReservation
from apps.kernel.ids import uuid7
from apps.messaging import commands
from apps.messaging.models import OutboxMessage
from tests.inventory.stock import at_once, check_books, level, lines, make_variant, make_warehouse, reserve

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
Status = inventory.ReservationStatus


@pytest.fixture(autouse=True)
def _no_second_try(monkeypatch):
    """A deadlock is an error here: the fixed lock order must prevent it, not the retry hide it."""
    monkeypatch.setattr(commands, "_ATTEMPTS", 1)


def kinds(outcomes):
    return collections.Counter(type(outcome).__name__ for outcome in outcomes)


def test_fifty_in_stock_and_two_hundred_buyers():
    variant = make_variant(50)

    outcomes = at_once([partial(reserve, f"order-{number}", (variant, 1)) for number in range(200)])

    assert kinds(outcomes) == {"Reservation": 50, "InsufficientStock": 150}
    assert {outcome.lines[0].available for outcome in outcomes if isinstance(outcome, inventory.InsufficientStock)} == {
        0
    }
    assert level(variant) == (50, 50)
    assert StockReservation.objects.count() == 50
    check_books()


def test_buyers_of_different_quantities_never_take_more_than_there_is():
    variant = make_variant(50)

    outcomes = at_once([partial(reserve, f"order-{number}", (variant, 1 + number % 4)) for number in range(80)])

    held = sum(outcome.lines[0].quantity for outcome in outcomes if isinstance(outcome, inventory.Reservation))
    assert kinds(outcomes).keys() == {"Reservation", "InsufficientStock"}
    assert (held, level(variant)[1]) == (50, 50)
    check_books()


def test_carts_of_two_lines_in_both_orders_do_not_deadlock():
    one, two = make_variant(30), make_variant(30)

    outcomes = at_once(
        [
            partial(reserve, f"order-{number}", *([(one, 1), (two, 1)] if number % 2 else [(two, 1), (one, 1)]))
            for number in range(120)
        ]
    )

    assert kinds(outcomes) == {"Reservation": 30, "InsufficientStock": 90}
    assert (level(one), level(two)) == ((30, 30), (30, 30))
    check_books()


def test_two_lines_of_one_variant_count_together():
    variant = make_variant(30)

    outcomes = at_once([partial(reserve, f"order-{number}", (variant, 1), (variant, 2)) for number in range(40)])

    assert kinds(outcomes) == {"Reservation": 10, "InsufficientStock": 30}
    assert level(variant) == (30, 30)


def test_two_warehouses_are_emptied_together():
    make_warehouse("far", priority=99)
    variant = make_variant(25)
    inventory.set_on_hand(variant_id=variant, on_hand=25, warehouse="far", reason="delivery")

    outcomes = at_once([partial(reserve, f"order-{number}", (variant, 2)) for number in range(60)])

    assert kinds(outcomes) == {"Reservation": 25, "InsufficientStock": 35}
    assert (level(variant), level(variant, "far")) == ((25, 25), (25, 25))
    check_books()


def test_twenty_equal_requests_are_one_reservation():
    variant = make_variant(50)

    outcomes = at_once([partial(reserve, "order-1", (variant, 3)) for _ in range(20)])

    assert kinds(outcomes) == {"Reservation": 20}
    assert len({(outcome.status, outcome.lines) for outcome in outcomes}) == 1
    assert level(variant) == (50, 3)


def test_twenty_equal_requests_for_too_much_are_all_refused():
    variant = make_variant(2)

    outcomes = at_once([partial(reserve, "order-1", (variant, 3)) for _ in range(20)])

    assert kinds(outcomes) == {"InsufficientStock": 20}
    assert level(variant) == (2, 0)


@pytest.mark.parametrize("attempt", range(5))
def test_a_release_that_races_its_reserve_leaves_nothing_held(attempt):
    variant = make_variant(50)

    reserved, _ = at_once(
        [
            partial(reserve, "order-1", (variant, 3)),
            partial(inventory.release_reservation, reference="order-1"),
        ]
    )

    assert isinstance(reserved, inventory.Reservation | inventory.ReservationLost)
    assert inventory.get_reservation(reference="order-1").status is Status.RELEASED
    assert level(variant) == (50, 0)
    check_books()


@pytest.mark.parametrize("attempt", range(3))
def test_one_release_reported_many_times_at_once_gives_back_once(attempt):
    variant = make_variant(50)
    reserve("order-1", (variant, 3))
    reserve("order-2", (variant, 40))

    outcomes = at_once([partial(inventory.release_reservation, reference="order-1")] * 10)

    assert outcomes == [None] * 10
    assert level(variant) == (50, 40)


@pytest.mark.parametrize("attempt", range(5))
def test_a_release_that_races_a_shipment_gives_back_what_did_not_leave(attempt):
    variant = make_variant(50)
    reserve("order-1", (variant, 9))
    inventory.allocate_reservation(reference="order-1")

    shipped, released = at_once(
        [
            partial(inventory.ship_reservation, reference="order-1", lines=lines((variant, 4)), shipment_id=uuid7()),
            partial(inventory.release_reservation, reference="order-1"),
        ]
    )

    assert released is None
    assert level(variant) == ((46, 0) if shipped is None else (50, 0))
    check_books()


@pytest.mark.parametrize("attempt", range(5))
def test_two_warehouses_that_fill_at_once_cross_to_where_they_are_together(attempt):
    make_warehouse("far", priority=99)
    variant = make_variant(3)
    reserve("order-1", (variant, 3))
    inventory.set_on_hand(variant_id=variant, on_hand=3, warehouse="far", reason="delivery")
    reserve("order-2", (variant, 3))

    at_once([partial(inventory.release_reservation, reference=f"order-{number}") for number in (1, 2)])

    assert inventory.get_availability(variant_ids=[variant])[variant].status is inventory.StockStatus.IN
    check_books()


@pytest.mark.parametrize("attempt", range(5))
def test_of_expiry_and_allocation_exactly_one_wins(attempt):
    variant = make_variant(50)
    references = [f"order-{number}" for number in range(20)]
    for reference in references:
        reserve(reference, (variant, 1))
    StockReservation.objects.update(expires_at=Now() - timedelta(hours=1))

    allocations = [partial(inventory.allocate_reservation, reference=reference) for reference in references]
    outcomes = at_once([inventory.release_expired, *allocations, inventory.release_expired])

    allocated = sum(isinstance(outcome, inventory.Reservation) for outcome in outcomes[1:-1])
    assert kinds(outcomes[1:-1]).keys() <= {"Reservation", "ReservationLost"}
    assert outcomes[0] + outcomes[-1] == 20 - allocated
    assert StockReservation.objects.filter(status="allocated").count() == allocated
    assert level(variant) == (50, allocated)
    check_books()


def test_two_sweepers_share_the_work():
    variant = make_variant(50)
    for number in range(40):
        reserve(f"order-{number}", (variant, 1))
    StockReservation.objects.update(expires_at=Now() - timedelta(hours=1))

    outcomes = at_once([inventory.release_expired] * 4)

    assert sum(outcomes) == 40
    assert level(variant) == (50, 0)


def test_the_sweeper_does_not_wait_for_a_reservation_somebody_works_on():
    variant = make_variant(50)
    for number in range(3):
        reserve(f"order-{number}", (variant, 1))
    StockReservation.objects.update(expires_at=Now() - timedelta(hours=1))

    with transaction.atomic():
        StockReservation.objects.select_for_update(no_key=True).get(reference="order-1")
        (released,) = at_once([inventory.release_expired])

    assert released == 2
    assert inventory.get_reservation(reference="order-1").status is Status.RESERVED


def test_one_shipment_reported_many_times_at_once_leaves_once():
    variant, shipment = make_variant(50), uuid7()
    reserve("order-1", (variant, 9))
    inventory.allocate_reservation(reference="order-1")

    outcomes = at_once(
        [partial(inventory.ship_reservation, reference="order-1", lines=lines((variant, 3)), shipment_id=shipment)] * 20
    )

    assert outcomes == [None] * 20
    assert level(variant) == (47, 6)
    check_books()


def test_many_shipments_at_once_never_take_more_than_is_held():
    variant = make_variant(50)
    reserve("order-1", (variant, 9))
    inventory.allocate_reservation(reference="order-1")

    outcomes = at_once(
        [
            partial(inventory.ship_reservation, reference="order-1", lines=lines((variant, 2)), shipment_id=uuid7())
            for _ in range(20)
        ]
    )

    assert kinds(outcomes) == {"NoneType": 4, "ShipmentExceedsReservation": 16}
    assert level(variant) == (42, 1)
    check_books()


def test_everything_at_once_neither_deadlocks_nor_loses_a_unit():
    make_warehouse("far", priority=99)
    variants = [make_variant(40) for _ in range(4)]
    for variant in variants:
        inventory.set_on_hand(variant_id=variant, on_hand=10, warehouse="far", reason="delivery")

    def life(number):
        reference, wish = f"order-{number}", [(variants[(number + step) % 4], 1 + step) for step in range(3)]
        reserve(reference, *(wish if number % 2 else wish[::-1]))
        if number % 3 == 0:
            return inventory.release_reservation(reference=reference)
        inventory.allocate_reservation(reference=reference)
        if number % 3 == 1:
            inventory.ship_reservation(reference=reference, lines=lines(wish[0]), shipment_id=uuid7())
            inventory.release_reservation(reference=reference)
        return None

    def stock_take(number):
        chosen = variants if number % 2 else variants[::-1]
        inventory.set_stock_levels(levels=dict.fromkeys(chosen, 40 + number), reason="stock-take")
        inventory.set_on_hand(variant_id=variants[number % 4], on_hand=60, warehouse="far", reason="stock-take")

    lives = [partial(life, number) for number in range(60)]
    takes = [partial(stock_take, number) for number in range(20)]
    outcomes = at_once([call for pair in zip(lives, takes * 3, strict=True) for call in pair])

    allowed = {"NoneType", "InsufficientStock", "BelowReserved"}
    assert kinds(outcomes).keys() <= allowed, [o for o in outcomes if type(o).__name__ not in allowed]
    check_books()


def test_new_levels_made_at_once_are_one_item_and_its_crossings_are_all_told():
    make_warehouse("far", priority=99)
    variants = [uuid7() for _ in range(5)]

    def fill(number):
        warehouse = "far" if number % 2 else "main"
        order = variants if number % 3 else variants[::-1]
        inventory.set_stock_levels(levels=dict.fromkeys(order, number % 7), reason="import", warehouse=warehouse)

    outcomes = at_once([partial(fill, number) for number in range(40)])

    assert outcomes == [None] * 40
    check_books()
    for item in StockItem.objects.all():
        versions = OutboxMessage.objects.filter(key=f"inventory:{item.variant_id}").values_list("version", flat=True)
        assert sorted(versions) == list(range(1, item.version + 1))


def test_imports_of_the_same_new_variants_in_other_orders_do_not_deadlock():
    """A third writer holds the variant in the middle until both imports have come as far as they can."""
    variants = [uuid7() for _ in range(11)]
    fill = partial(inventory.set_stock_levels, reason="import")
    orders = [partial(fill, levels=dict.fromkeys(order, 7)) for order in (variants, variants[::-1])]

    with ThreadPoolExecutor(1) as background, transaction.atomic():
        StockItem.objects.create(variant_id=variants[5])
        outcomes = background.submit(at_once, orders)
        wait_for_waiters(2)
        transaction.set_rollback(True)

    assert outcomes.result() == [(), ()]
    assert StockItem.objects.count() == 11


def wait_for_waiters(count):
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")  # or the transaction would see the same picture for ever
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0] >= count:
                return
        time.sleep(0.02)
    raise AssertionError(f"never saw {count} sessions wait for a lock")


def test_a_buyer_who_waits_too_long_for_others_is_told_to_try_again():
    variant = make_variant(5)

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT inventory_lock_items(ARRAY[%s])", [variant])
        asked = time.monotonic()
        (outcome,) = at_once([partial(reserve, "order-1", (variant, 1))])
        waited = time.monotonic() - asked

    assert isinstance(outcome, inventory.StockBusy)
    assert 2.9 < waited < 9  # three seconds, and not the ten that any other statement would wait
    assert reserve("order-1", (variant, 1)).status is Status.RESERVED


def test_a_writer_who_ignores_the_item_lock_cannot_cause_an_oversell():
    """The conditional update is the last line: levels taken behind the function's back make it start over."""
    variant = make_variant(1)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            CREATE FUNCTION inventory_take_behind() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                UPDATE inventory_stocklevel SET reserved = on_hand WHERE variant_id = NEW.variant_id;
                RETURN NEW;
            END $$;
            CREATE TRIGGER take_behind AFTER INSERT ON inventory_reservationline
                FOR EACH ROW EXECUTE FUNCTION inventory_take_behind();
            """
        )
    try:
        (outcome,) = at_once([partial(reserve, "order-1", (variant, 1))])
    finally:
        with connection.cursor() as cursor:
            cursor.execute(
                "DROP TRIGGER take_behind ON inventory_reservationline; DROP FUNCTION inventory_take_behind()"
            )

    assert "without the lock" in str(outcome)
    assert level(variant) == (1, 0)


def test_one_operation_at_once_for_many_variants_moves_one_of_them():
    variants, operation_id = [make_variant(10) for _ in range(12)], uuid7()
    given = {"warehouse": "main", "reason": "delivery", "actor": "test", "operation_id": operation_id}

    outcomes = at_once([partial(inventory.receive_stock, quantities={variant: 5}, **given) for variant in variants])

    assert kinds(outcomes) == {"NoneType": 1, "OperationMismatch": 11}
    assert sum(level(variant)[0] for variant in variants) == 125
    check_books()
