"""Reads of inventory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from django.db.models import F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from apps.inventory.contracts import Availability, Reservation, ReservationStatus, StockLevel, StockLine, StockStatus
from apps.inventory.models import ReservationLine, StockItem, StockReservation
from apps.inventory.models import StockLevel as StockLevelRow


def get_availability(*, variant_ids: Collection[UUID]) -> dict[UUID, Availability]:
    levels = StockLevelRow.objects.filter(variant_id=OuterRef("pk"), warehouse__is_active=True).values("variant_id")
    available = Subquery(levels.annotate(available=Sum(F("on_hand") - F("reserved"))).values("available"))
    items = StockItem.objects.filter(pk__in=variant_ids).annotate(available=Coalesce(available, 0))
    found = {
        item.variant_id: Availability(
            variant_id=item.variant_id, available=item.available, status=StockStatus(item.status)
        )
        for item in items
    }
    return {variant_id: found.get(variant_id) or _unknown(variant_id) for variant_id in variant_ids}


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
