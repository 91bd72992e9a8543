"""What the tests of inventory share: making stock, and the invariants that hold whatever happened."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection
from django.db.models import Sum

from apps.inventory import api as inventory
from apps.inventory.models import ReservationLine, StockItem, StockLevel, StockMovement, Warehouse
from apps.kernel.ids import uuid7

HOUR = 3600


def make_variant(on_hand: int = 10, *, warehouse: str = "main") -> uuid.UUID:
    variant_id = uuid7()
    inventory.set_on_hand(variant_id=variant_id, on_hand=on_hand, reason="delivery", warehouse=warehouse)
    return variant_id


def make_warehouse(code: str, *, priority: int = 10, is_active: bool = True) -> Warehouse:
    return Warehouse.objects.create(code=code, name=code.title(), priority=priority, is_active=is_active)


def lines(*pairs: tuple[uuid.UUID, int]) -> list[inventory.StockLine]:
    return [inventory.StockLine(variant_id=variant_id, quantity=quantity) for variant_id, quantity in pairs]


def reserve(reference: str, *pairs: tuple[uuid.UUID, int], seconds: int = HOUR) -> inventory.Reservation:
    return inventory.reserve_stock(reference=reference, lines=lines(*pairs), expires_in_seconds=seconds)


def level(variant_id: uuid.UUID, warehouse: str = "main") -> tuple[int, int]:
    """Return (on_hand, reserved)."""
    levels = inventory.get_stock_levels(variant_ids=[variant_id])[variant_id]
    return next(((found.on_hand, found.reserved) for found in levels if found.warehouse == warehouse), (0, 0))


def available(variant_id: uuid.UUID) -> int:
    return inventory.get_availability(variant_ids=[variant_id])[variant_id].available


def check_books() -> None:
    """The ledger adds up to on_hand, open reservations add up to reserved, statuses say what is there."""
    for row in StockLevel.objects.all():
        moved = StockMovement.objects.filter(variant_id=row.variant_id, warehouse=row.warehouse_id)
        held = ReservationLine.objects.filter(
            variant_id=row.variant_id,
            warehouse=row.warehouse_id,
            reservation__status__in=["reserved", "allocated", "shipped"],
        ).aggregate(quantity=Sum("quantity"), shipped=Sum("shipped"))
        assert (moved.aggregate(total=Sum("quantity"))["total"] or 0) == row.on_hand
        assert (held["quantity"] or 0) - (held["shipped"] or 0) == row.reserved
    for item in StockItem.objects.all():
        here = available(item.variant_id)
        assert item.status == ("out" if here == 0 else "low" if here <= item.low_threshold else "in")


def at_once(calls: Sequence[Callable[[], Any]], *, threads: int = 40) -> list[Any]:
    """Run the calls in real threads with their own connections, as many as possible at the same moment.

    Return what each returned or raised.
    """
    threads = min(threads, len(calls))
    start = Barrier(threads)

    def run(numbered: tuple[int, Callable[[], Any]]) -> Any:
        number, call = numbered
        try:
            if number < threads:
                start.wait(30)
            return call()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, enumerate(calls)))
