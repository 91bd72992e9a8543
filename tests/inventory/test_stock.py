"""Setting stock: one variant, thousands, and never below what is promised."""

from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.inventory import api as inventory
from apps.inventory.models import MAX_QUANTITY, ReservationLine, StockLevel, StockMovement, StockReservation, Warehouse
from apps.kernel.errors import Invalid, PreconditionFailed
from apps.kernel.ids import uuid7
from tests.inventory.stock import check_books, level, make_variant, make_warehouse, reserve

pytestmark = pytest.mark.django_db


def set_on_hand(variant, on_hand, **extra):
    return inventory.set_on_hand(variant_id=variant, on_hand=on_hand, **({"reason": "stock-take"} | extra))


def test_setting_makes_the_level_where_it_is_missing():
    variant = uuid7()

    stock = set_on_hand(variant, 7)

    assert stock == inventory.StockLevel(variant_id=variant, warehouse="main", on_hand=7, reserved=0)
    assert inventory.get_stock_levels(variant_ids=[variant]) == {variant: (stock,)}
    check_books()


def test_setting_records_the_difference_with_reason_and_actor():
    variant = uuid7()

    set_on_hand(variant, 7, reason="delivery")
    set_on_hand(variant, 4, reason="broken in transit", actor="staff@example.com")

    movements = StockMovement.objects.filter(variant_id=variant).order_by("id")
    assert list(movements.values_list("quantity", "reason", "actor", "kind")) == [
        (7, "delivery", "", "set"),
        (-3, "broken in transit", "staff@example.com", "set"),
    ]
    check_books()


def test_setting_what_is_there_already_moves_nothing():
    variant = make_variant(7)

    set_on_hand(variant, 7)
    set_on_hand(uuid7(), 0)

    assert StockMovement.objects.count() == 1


def test_setting_keeps_what_is_reserved():
    variant = make_variant(7)
    reserve("order-1", (variant, 3))

    assert set_on_hand(variant, 3) == inventory.StockLevel(variant_id=variant, warehouse="main", on_hand=3, reserved=3)


def test_setting_below_what_is_reserved_changes_nothing():
    variant = make_variant(7)
    reserve("order-1", (variant, 3))

    with pytest.raises(inventory.BelowReserved) as refusal:
        set_on_hand(variant, 2)

    assert (refusal.value.reserved, refusal.value.on_hand) == (3, 2)
    assert refusal.value.extra == {"reserved": 3}
    assert level(variant) == (7, 3)
    check_books()


def test_each_warehouse_has_its_own_stock():
    make_warehouse("far", priority=99)
    variant = make_variant(7)

    set_on_hand(variant, 2, warehouse="far")

    assert [found.warehouse for found in inventory.get_stock_levels(variant_ids=[variant])[variant]] == ["main", "far"]
    assert (level(variant), level(variant, "far")) == ((7, 0), (2, 0))
    assert inventory.get_availability(variant_ids=[variant])[variant].available == 9


def test_without_a_warehouse_the_first_active_one_is_meant():
    make_warehouse("closed", priority=-9, is_active=False)
    make_warehouse("first", priority=-5)

    assert set_on_hand(uuid7(), 1).warehouse == "first"


def test_an_unknown_warehouse_is_named():
    with pytest.raises(inventory.UnknownWarehouse, match="'moon'"):
        set_on_hand(uuid7(), 1, warehouse="moon")
    Warehouse.objects.update(is_active=False)
    with pytest.raises(inventory.UnknownWarehouse, match="no active warehouse"):
        set_on_hand(uuid7(), 1)


def test_setting_against_a_stale_reading_is_refused():
    variant = make_variant(7)

    with pytest.raises(PreconditionFailed):
        set_on_hand(variant, 5, if_on_hand={"main": 6})
    unchanged = level(variant)
    set_on_hand(variant, 5, if_on_hand={"main": 7})
    set_on_hand(uuid7(), 5, if_on_hand={"far": 3})

    assert unchanged == (7, 0)
    assert level(variant) == (5, 0)


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"on_hand": -1}, "on_hand"),
        ({"on_hand": 10**9 + 1}, "on_hand"),
        ({"reason": " "}, "reason"),
        ({"reason": "x" * 201}, "reason"),
        ({"reason": "nul\0"}, "reason"),
        ({"actor": "x" * 201}, "actor"),
    ],
)
def test_nonsense_is_refused_by_name(wish, field):
    with pytest.raises(Invalid) as refusal:
        inventory.set_on_hand(**({"variant_id": uuid7(), "on_hand": 1, "reason": "stock-take"} | wish))

    assert [fault.field for fault in refusal.value.fields] == [field]


def test_many_levels_are_set_at_once_and_refused_ones_are_returned():
    promised = make_variant(7)
    reserve("order-1", (promised, 3))
    fresh, again = uuid7(), make_variant(1)

    refused = inventory.set_stock_levels(levels={fresh: 5, promised: 2, again: 1}, reason="import", actor="import")

    assert refused == (inventory.StockLevel(variant_id=promised, warehouse="main", on_hand=7, reserved=3),)
    assert (level(fresh), level(promised), level(again)) == ((5, 0), (7, 3), (1, 0))
    assert list(StockMovement.objects.filter(actor="import").values_list("variant_id", "quantity")) == [(fresh, 5)]
    check_books()


def test_setting_no_levels_does_nothing():
    assert inventory.set_stock_levels(levels={}, reason="import") == ()


@pytest.mark.parametrize("on_hand", [10, MAX_QUANTITY])
def test_more_than_a_warehouse_holds_is_refused(on_hand):
    variant = make_variant(on_hand=on_hand)
    delivery = {"warehouse": "main", "reason": "delivery", "actor": "test"}

    with pytest.raises(Invalid) as refused:
        inventory.receive_stock(quantities={variant: MAX_QUANTITY}, operation_id=uuid7(), **delivery)

    assert refused.value.fields[0].field == "on_hand"
    assert "1,000,000,000" in refused.value.fields[0].detail
    assert level(variant) == (on_hand, 0)


@pytest.mark.django_db(transaction=True)
def test_thousands_of_levels_take_a_handful_of_statements():
    levels = {uuid7(): 10 for _ in range(2500)}

    with CaptureQueriesContext(connection) as queries:
        inventory.set_stock_levels(levels=levels, reason="import")

    # Per thousand: find the warehouse, set, publish what crossed.
    assert len([query for query in queries if query["sql"] not in ("BEGIN", "COMMIT")]) == 9
    assert StockLevel.objects.filter(on_hand=10).count() == 2500


def test_reading_is_one_query_however_many_variants(django_assert_num_queries):
    variants = [make_variant(3) for _ in range(30)] + [uuid7()]

    with django_assert_num_queries(1):
        availability = inventory.get_availability(variant_ids=variants)
    with django_assert_num_queries(1):
        levels = inventory.get_stock_levels(variant_ids=variants)

    assert [availability[variant].available for variant in variants] == [3] * 30 + [0]
    assert availability[variants[-1]].status is inventory.StockStatus.OUT
    assert [len(levels[variant]) for variant in variants] == [1] * 30 + [0]


@pytest.mark.parametrize("change", [{"reserved": 8}, {"reserved": -1}, {"on_hand": 2}, {"on_hand": -1, "reserved": 0}])
def test_the_database_itself_refuses_impossible_levels(change):
    variant = make_variant(7)
    reserve("order-1", (variant, 3))

    with pytest.raises(IntegrityError, match="inventory_level_reserved_on_hand"), transaction.atomic():
        StockLevel.objects.filter(variant_id=variant).update(**change)


def test_the_database_itself_refuses_a_second_level_of_a_variant_in_a_warehouse():
    variant = make_variant(7)

    with pytest.raises(IntegrityError, match="inventory_level_once"), transaction.atomic():
        StockLevel.objects.create(variant_id=variant, warehouse=Warehouse.objects.get())


def test_the_database_itself_refuses_impossible_lines_and_reservations():
    reserve("order-1", (make_variant(7), 3))

    with pytest.raises(IntegrityError, match="shipped_of_quantity"), transaction.atomic():
        ReservationLine.objects.update(shipped=4)
    with pytest.raises(IntegrityError, match="status_known"), transaction.atomic():
        StockReservation.objects.update(status="paid")
    with pytest.raises(IntegrityError, match="status_known"), transaction.atomic():
        StockReservation.objects.update(expires_at=None)


def test_the_database_itself_refuses_to_record_a_shipment_twice():
    movement = {"variant_id": uuid7(), "warehouse": Warehouse.objects.get(), "kind": "shipment", "quantity": -1}
    movement |= {"reason": "shipment", "shipment_id": uuid7()}
    StockMovement.objects.create(**movement)

    with pytest.raises(IntegrityError, match="shipped_once"), transaction.atomic():
        StockMovement.objects.create(**movement)


def test_the_ledger_is_append_only():
    make_variant(7)

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        StockMovement.objects.update(quantity=8)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        StockMovement.objects.all().delete()


def test_levels_leave_room_for_heap_only_updates_and_index_nothing_that_changes():
    with connection.cursor() as cursor:
        cursor.execute("SELECT reloptions FROM pg_class WHERE relname = 'inventory_stocklevel'")
        options = cursor.fetchone()[0]
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename = 'inventory_stocklevel'")
        indexes = " ".join(row[0] for row in cursor.fetchall())

    assert options == ["fillfactor=60"]
    assert "on_hand" not in indexes
    assert "reserved" not in indexes


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("change", ["quantity", "variant", "fewer", "more", "warehouse", "kind"])
def test_an_operation_of_other_values_under_the_same_name_is_refused(change):
    one, two, three = (make_variant(10) for _ in range(3))
    make_warehouse("north")
    given = {"warehouse": "main", "reason": "delivery", "actor": "test", "operation_id": uuid7()}
    inventory.receive_stock(quantities={one: 7, two: 1}, **given)
    other = {
        "quantity": {one: 8, two: 1}, "variant": {one: 7, three: 1}, "fewer": {one: 7}, "more": {one: 7, two: 1, three: 1},
    }.get(change, {one: 7, two: 1})  # fmt: skip
    do = (
        partial(inventory.adjust_stock, changes=other)
        if change == "kind"
        else partial(inventory.receive_stock, quantities=other)
    )

    with pytest.raises(inventory.OperationMismatch):
        do(**{**given, "warehouse": "north"} if change == "warehouse" else given)
    inventory.receive_stock(quantities={two: 1, one: 7}, **given)

    assert (level(one), level(two), level(three)) == ((17, 0), (11, 0), (10, 0))
    check_books()
