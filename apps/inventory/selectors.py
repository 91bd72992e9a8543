"""Reads of inventory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from uuid import UUID

from django.db.models import Count, F, IntegerField, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from apps.inventory.contracts import (
    Availability,
    Holding,
    Movement,
    MovementKind,
    Reservation,
    ReservationStatus,
    ScarceItem,
    StockLevel,
    StockLine,
    StockStatus,
    Warehouse,
)
from apps.inventory.models import ReservationLine, StockItem, StockReservation
from apps.inventory.models import StockLevel as StockLevelRow
from apps.inventory.models import StockMovement as MovementRow
from apps.inventory.models import Warehouse as WarehouseRow
from apps.kernel.pages import Page
from apps.web.pagination import PageParams, paginate


def get_availability(*, variant_ids: Collection[UUID]) -> dict[UUID, Availability]:
    items = StockItem.objects.filter(pk__in=variant_ids).annotate(available=_available())
    found = {
        item.variant_id: Availability(
            variant_id=item.variant_id, available=item.available, status=StockStatus(item.status)
        )
        for item in items
    }
    return {variant_id: found.get(variant_id) or _unknown(variant_id) for variant_id in variant_ids}


def _available() -> Coalesce:
    """Return what can be sold of an item, over all active warehouses."""
    levels = StockLevelRow.objects.filter(variant_id=OuterRef("pk"), warehouse__is_active=True).values("variant_id")
    summed = levels.annotate(available=Sum(F("on_hand") - F("reserved"))).values("available")
    return Coalesce(Subquery(summed, output_field=IntegerField()), 0)


def _unknown(variant_id: UUID) -> Availability:
    return Availability(variant_id=variant_id, available=0, status=StockStatus.OUT)


def get_stock_levels(*, variant_ids: Collection[UUID]) -> dict[UUID, tuple[StockLevel, ...]]:
    rows = (
        StockLevelRow.objects.filter(variant_id__in=variant_ids)
        .order_by("warehouse__priority", "warehouse__code")
        .values_list("variant_id", "warehouse__code", "on_hand", "reserved")
    )
    found: dict[UUID, list[StockLevel]] = defaultdict(list)
    for variant_id, warehouse, on_hand, reserved in rows:
        found[variant_id].append(
            StockLevel(variant_id=variant_id, warehouse=warehouse, on_hand=on_hand, reserved=reserved)
        )
    return {variant_id: tuple(found[variant_id]) for variant_id in variant_ids}


def find_reservation(*, reference: str) -> Reservation | None:
    row = StockReservation.objects.filter(reference=reference).first()
    return None if row is None else to_reservation(row)


def to_reservation(row: StockReservation) -> Reservation:
    lines = (
        ReservationLine.objects.filter(reservation_id=row.reference)
        .values("variant_id")
        .annotate(total=Sum("quantity"))
        .order_by("variant_id")
    )
    return Reservation(
        reference=row.reference,
        status=ReservationStatus(row.status),
        expires_at=row.expires_at,
        lines=tuple(StockLine(variant_id=line["variant_id"], quantity=line["total"]) for line in lines),
    )


def get_holdings(*, references: Collection[str]) -> dict[str, Holding]:
    held: dict[str, dict[UUID, int]] = defaultdict(dict)
    shipped: dict[str, int] = defaultdict(int)
    lines = ReservationLine.objects.filter(reservation_id__in=references)
    for reference, variant_id, quantity, gone in lines.values_list(
        "reservation_id", "variant_id", "quantity", "shipped"
    ):
        held[reference][variant_id] = held[reference].get(variant_id, 0) + quantity
        shipped[reference] += gone
    rows = StockReservation.objects.filter(pk__in=references).values_list("reference", "status")
    return {
        reference: Holding(
            reference=reference,
            status=ReservationStatus(status),
            quantities=held[reference],
            shipped=shipped[reference],
        )
        for reference, status in rows
    }


def list_warehouses() -> tuple[Warehouse, ...]:
    rows = WarehouseRow.objects.all()
    return tuple(Warehouse(code=row.code, name=row.name, is_active=row.is_active) for row in rows)


def list_movements(*, variant_ids: Collection[UUID], limit: int) -> tuple[Movement, ...]:
    rows = MovementRow.objects.filter(variant_id__in=variant_ids).select_related("warehouse").order_by("-id")
    return tuple(_movement(row) for row in rows[:limit])


def list_ledger(*, params: PageParams, kind: MovementKind | None) -> Page[Movement]:
    rows = MovementRow.objects.select_related("warehouse")
    return paginate(rows.filter(kind=kind.value) if kind else rows, params=params, order=("-id",), map=_movement)


def _movement(row: MovementRow) -> Movement:
    return Movement(
        variant_id=row.variant_id,
        warehouse=row.warehouse.code,
        kind=MovementKind(row.kind),
        quantity=row.quantity,
        reason=row.reason,
        actor=row.actor,
        reference=row.reference,
        at=row.created_at,
    )


def count_scarce_items() -> Mapping[StockStatus, int]:
    rows = StockItem.objects.filter(status__in=["out", "low"]).order_by()
    counted = dict(rows.values("status").annotate(items=Count("pk")).values_list("status", "items"))
    return {status: counted.get(status.value, 0) for status in (StockStatus.LOW, StockStatus.OUT)}


def count_low_items_by_rest() -> Mapping[int, int]:
    rows = StockItem.objects.filter(status=StockStatus.LOW.value).order_by().annotate(rest=_available())
    return dict(rows.values("rest").annotate(items=Count("pk")).values_list("rest", "items"))


def list_scarce_items(*, status: StockStatus, params: PageParams) -> Page[ScarceItem]:
    rows = StockItem.objects.filter(status=status.value).annotate(available=_available())
    return paginate(rows, params=params, order=("variant_id",), map=_scarce_item)


def _scarce_item(row: StockItem) -> ScarceItem:
    annotated = vars(row)
    return ScarceItem(
        variant_id=row.variant_id,
        status=StockStatus(row.status),
        available=annotated["available"],
        low_threshold=row.low_threshold,
    )
