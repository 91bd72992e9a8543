"""Availability is announced when it crosses out, low and in, and only then."""

import pytest

from apps.inventory import api as inventory
from apps.inventory.models import StockItem
from apps.kernel.ids import uuid7
from apps.messaging.models import OutboxMessage
from tests.inventory.stock import check_books, lines, make_variant, make_warehouse, reserve

pytestmark = pytest.mark.django_db
Status = inventory.StockStatus


def announced(variant):
    """Return (version, status, available) of every announcement about the variant."""
    messages = OutboxMessage.objects.filter(key=f"inventory:{variant}").order_by("version")
    assert all(message.event_type == "inventory.availability_changed.v1" for message in messages)
    return [(message.version, message.payload["status"], message.payload["available"]) for message in messages]


def status(variant):
    return inventory.get_availability(variant_ids=[variant])[variant].status


def test_first_stock_is_announced():
    variant = make_variant(20)

    assert announced(variant) == [(1, "in", 20)]


def test_a_variant_that_begins_without_stock_has_nothing_to_announce():
    assert announced(make_variant(0)) == []


@pytest.mark.parametrize(("on_hand", "expected"), [(0, Status.OUT), (1, Status.LOW), (5, Status.LOW), (6, Status.IN)])
def test_five_or_fewer_are_low(on_hand, expected):
    assert status(make_variant(on_hand)) is expected


def test_sales_that_cross_nothing_announce_nothing():
    variant = make_variant(20)

    for number in range(14):
        reserve(f"order-{number}", (variant, 1))

    assert announced(variant) == [(1, "in", 20)]


def test_every_crossing_is_announced_once_with_the_next_version():
    variant = make_variant(7)

    reserve("order-1", (variant, 1))
    reserve("order-2", (variant, 1))
    reserve("order-3", (variant, 5))
    inventory.release_reservation(reference="order-3")
    inventory.release_reservation(reference="order-2")

    assert announced(variant) == [(1, "in", 7), (2, "low", 5), (3, "out", 0), (4, "low", 5), (5, "in", 6)]
    check_books()


def test_a_refused_order_announces_nothing():
    variant, other = make_variant(7), make_variant(1)

    with pytest.raises(inventory.InsufficientStock):
        reserve("order-1", (variant, 7), (other, 2))

    assert (announced(variant), announced(other)) == ([(1, "in", 7)], [(1, "low", 1)])


def test_a_repeat_announces_nothing_more():
    variant = make_variant(1)

    reserve("order-1", (variant, 1))
    reserve("order-1", (variant, 1))

    assert announced(variant) == [(1, "low", 1), (2, "out", 0)]


def test_shipping_announces_nothing():
    variant = make_variant(7)
    reserve("order-1", (variant, 2))
    inventory.allocate_reservation(reference="order-1")
    before = announced(variant)

    inventory.ship_reservation(reference="order-1", lines=lines((variant, 2)), shipment_id=uuid7())

    assert announced(variant) == before


def test_stock_counts_over_all_active_warehouses():
    make_warehouse("far", priority=99)
    make_warehouse("closed", is_active=False)
    variant = make_variant(3)

    inventory.set_on_hand(variant_id=variant, on_hand=50, warehouse="closed", reason="delivery")
    inventory.set_on_hand(variant_id=variant, on_hand=3, warehouse="far", reason="delivery")

    assert announced(variant) == [(1, "low", 3), (2, "in", 6)]


def test_an_import_announces_each_variant_that_crosses():
    steady, sold_out, new = make_variant(20), make_variant(20), uuid7()

    inventory.set_stock_levels(levels={steady: 30, sold_out: 0, new: 2}, reason="import")

    assert announced(steady) == [(1, "in", 20)]
    assert announced(sold_out) == [(1, "in", 20), (2, "out", 0)]
    assert announced(new) == [(1, "low", 2)]


def test_a_threshold_of_its_own_decides_what_is_low():
    variant = make_variant(20)
    StockItem.objects.filter(variant_id=variant).update(low_threshold=15)

    reserve("order-1", (variant, 5))

    assert announced(variant)[-1] == (2, "low", 15)
