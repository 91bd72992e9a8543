"""What becomes of a reservation: extended, allocated, released, expired, shipped in parts."""

from datetime import timedelta

import pytest
from celery import current_app
from django.db.models.functions import Now

from apps.inventory import api as inventory
from apps.inventory.models import StockMovement, StockReservation
from apps.kernel.errors import Invalid
from apps.kernel.ids import uuid7
from tests.inventory.stock import HOUR, available, check_books, level, lines, make_variant, make_warehouse, reserve

pytestmark = pytest.mark.django_db
Status = inventory.ReservationStatus


def allocated(reference, *pairs):
    reserve(reference, *pairs)
    return inventory.allocate_reservation(reference=reference)


def ship(reference, *pairs, shipment_id=None):
    inventory.ship_reservation(reference=reference, lines=lines(*pairs), shipment_id=shipment_id or uuid7())


def status(reference):
    return inventory.get_reservation(reference=reference).status


def expire(reference, *, minutes_ago):
    StockReservation.objects.filter(reference=reference).update(expires_at=Now() - timedelta(minutes=minutes_ago))


def test_nothing_is_known_of_a_reference_nobody_used():
    assert inventory.get_reservation(reference="order-1") is None


def test_extending_holds_longer_and_never_shorter():
    first = reserve("order-1", (make_variant(), 1), seconds=HOUR)

    shorter = inventory.extend_reservation(reference="order-1", expires_in_seconds=60)
    longer = inventory.extend_reservation(reference="order-1", expires_in_seconds=2 * HOUR)

    assert shorter.expires_at == first.expires_at
    assert longer.expires_at - first.expires_at > timedelta(minutes=59)


def test_extending_what_is_allocated_changes_nothing():
    held = allocated("order-1", (make_variant(), 1))

    assert inventory.extend_reservation(reference="order-1", expires_in_seconds=60) == held


def test_allocating_makes_a_reservation_permanent_and_repeating_it_changes_nothing():
    variant = make_variant()
    first = allocated("order-1", (variant, 2))

    again = inventory.allocate_reservation(reference="order-1")

    assert first == again
    assert (first.status, first.expires_at, first.lines) == (Status.ALLOCATED, None, tuple(lines((variant, 2))))
    assert level(variant) == (10, 2)


@pytest.mark.parametrize("history", ["never reserved", "released", "tombstone"])
@pytest.mark.parametrize("operation", ["allocate", "extend", "ship"])
def test_what_is_not_held_is_lost(history, operation):
    variant = make_variant()
    if history == "released":
        reserve("order-1", (variant, 1))
    if history != "never reserved":
        inventory.release_reservation(reference="order-1")
    calls = {
        "allocate": lambda: inventory.allocate_reservation(reference="order-1"),
        "extend": lambda: inventory.extend_reservation(reference="order-1", expires_in_seconds=60),
        "ship": lambda: ship("order-1", (variant, 1)),
    }

    with pytest.raises(inventory.ReservationLost):
        calls[operation]()

    assert level(variant) == (10, 0)


def test_releasing_gives_everything_back_once():
    one, two = make_variant(), make_variant()
    reserve("order-1", (one, 4), (two, 5))
    reserve("order-2", (one, 1))

    inventory.release_reservation(reference="order-1")
    inventory.release_reservation(reference="order-1")

    assert (level(one), level(two)) == ((10, 1), (10, 0))
    assert status("order-1") is Status.RELEASED
    check_books()


def test_releasing_what_is_allocated_gives_it_back():
    variant = make_variant()
    allocated("order-1", (variant, 4))

    inventory.release_reservation(reference="order-1")

    assert (level(variant), status("order-1")) == ((10, 0), Status.RELEASED)
    check_books()


def test_releasing_gives_back_to_the_warehouses_it_came_from():
    variant = make_variant(2)
    make_warehouse("far", priority=99)
    inventory.set_on_hand(variant_id=variant, on_hand=9, warehouse="far", reason="delivery")
    reserve("order-1", (variant, 5))

    inventory.release_reservation(reference="order-1")

    assert (level(variant), level(variant, "far")) == ((2, 0), (9, 0))
    check_books()


@pytest.mark.parametrize("reference", ["", "x" * 201, "nul\0"])
def test_releasing_nonsense_is_refused_by_name(reference):
    with pytest.raises(Invalid, match="reference"):
        inventory.release_reservation(reference=reference)


def test_the_sweeper_waits_fifteen_minutes_for_the_saga():
    variant = make_variant()
    for number, minutes_ago in enumerate([-1, 0, 14, 16]):
        reserve(f"order-{number}", (variant, 1))
        expire(f"order-{number}", minutes_ago=minutes_ago)

    assert inventory.release_expired() == 1

    assert [status(f"order-{number}") for number in range(4)] == [Status.RESERVED] * 3 + [Status.RELEASED]
    assert level(variant) == (10, 3)
    check_books()


def test_the_sweeper_leaves_what_is_allocated():
    variant = make_variant()
    reserve("order-1", (variant, 1))
    expire("order-1", minutes_ago=60)
    inventory.allocate_reservation(reference="order-1")

    assert inventory.release_expired() == 0

    assert status("order-1") is Status.ALLOCATED


def test_the_sweeper_goes_on_until_nothing_is_left(monkeypatch):
    monkeypatch.setattr("apps.inventory.services.SWEEP_BATCH", 3)
    one, two = make_variant(), make_variant()
    for number in range(8):
        reserve(f"order-{number}", (one, 1), (two, 1))
        expire(f"order-{number}", minutes_ago=20)

    current_app.tasks["inventory.release_expired"].run()

    assert (level(one), level(two)) == ((10, 0), (10, 0))
    check_books()


def test_shipping_takes_stock_out_and_leaves_what_is_available_alone():
    variant = make_variant(10)
    allocated("order-1", (variant, 4))

    ship("order-1", (variant, 4))

    assert (level(variant), available(variant)) == ((6, 0), 6)
    assert status("order-1") is Status.SHIPPED
    check_books()


def test_an_order_leaves_in_several_shipments():
    one, two = make_variant(), make_variant()
    allocated("order-1", (one, 4), (two, 1))

    ship("order-1", (one, 1))
    halfway = status("order-1")
    ship("order-1", (one, 1), (two, 1), (one, 2))

    assert (halfway, status("order-1")) == (Status.ALLOCATED, Status.SHIPPED)
    assert (level(one), level(two)) == ((6, 0), (9, 0))
    check_books()


def test_a_shipment_leaves_once_however_often_it_is_reported():
    variant, shipment = make_variant(), uuid7()
    allocated("order-1", (variant, 4))

    ship("order-1", (variant, 2), shipment_id=shipment)
    ship("order-1", (variant, 1), (variant, 1), shipment_id=shipment)

    assert level(variant) == (8, 2)
    check_books()


def test_the_last_shipment_too_may_be_reported_again():
    variant, shipment = make_variant(), uuid7()
    allocated("order-1", (variant, 4))

    ship("order-1", (variant, 4), shipment_id=shipment)
    ship("order-1", (variant, 4), shipment_id=shipment)

    assert level(variant) == (6, 0)


def test_a_shipment_with_other_lines_under_the_same_id_is_a_mismatch():
    variant, shipment = make_variant(), uuid7()
    allocated("order-1", (variant, 4))
    ship("order-1", (variant, 2), shipment_id=shipment)

    with pytest.raises(inventory.ReservationMismatch):
        ship("order-1", (variant, 1), shipment_id=shipment)

    assert level(variant) == (8, 2)


def test_no_more_leaves_than_is_held():
    held, other = make_variant(), make_variant()
    allocated("order-1", (held, 4))
    ship("order-1", (held, 3))

    with pytest.raises(inventory.ShipmentExceedsReservation) as refusal:
        ship("order-1", (held, 2), (other, 1))

    assert set(refusal.value.lines) == {
        inventory.Shortage(variant_id=held, requested=2, available=1),
        inventory.Shortage(variant_id=other, requested=1, available=0),
    }
    assert (level(held), level(other)) == ((7, 1), (10, 0))


def test_what_is_not_paid_for_does_not_leave():
    variant = make_variant()
    reserve("order-1", (variant, 1))

    with pytest.raises(inventory.ReservationNotAllocated):
        ship("order-1", (variant, 1))

    assert level(variant) == (10, 1)


def test_a_shipment_is_split_over_warehouses_as_the_reservation_is():
    variant = make_variant(3)
    make_warehouse("far", priority=99)
    inventory.set_on_hand(variant_id=variant, on_hand=9, warehouse="far", reason="delivery")
    allocated("order-1", (variant, 5))

    ship("order-1", (variant, 4))

    assert (level(variant), level(variant, "far")) == ((0, 0), (8, 1))
    check_books()


def test_releasing_a_half_shipped_reservation_gives_back_the_rest_only():
    variant = make_variant()
    allocated("order-1", (variant, 5))
    ship("order-1", (variant, 2))

    inventory.release_reservation(reference="order-1")

    assert (level(variant), status("order-1")) == ((8, 0), Status.RELEASED)
    with pytest.raises(inventory.ReservationLost):
        ship("order-1", (variant, 1))


def test_releasing_what_is_wholly_shipped_changes_nothing():
    variant = make_variant()
    allocated("order-1", (variant, 2))
    ship("order-1", (variant, 2))

    inventory.release_reservation(reference="order-1")

    assert (level(variant), status("order-1")) == ((8, 0), Status.SHIPPED)
    check_books()


def test_a_shipment_writes_what_left_into_the_ledger():
    variant, shipment = make_variant(), uuid7()
    allocated("order-1", (variant, 2))

    ship("order-1", (variant, 2), shipment_id=shipment)

    movement = StockMovement.objects.get(shipment_id=shipment)
    assert (movement.variant_id, movement.quantity, movement.kind) == (variant, -2, "shipment")
    assert (movement.reference, movement.warehouse.code) == ("order-1", "main")


@pytest.mark.parametrize("quantity", [0, -1, 10**10])
def test_shipping_nonsense_is_refused_by_name(quantity):
    with pytest.raises(Invalid, match=r"lines\.0\.quantity"):
        ship("order-1", (uuid7(), quantity))
