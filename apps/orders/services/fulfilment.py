"""Parcels: what leaves, and that it arrived. The saga takes the goods out of inventory afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.db.models import Sum

from apps.kernel.errors import FieldError, Invalid
from apps.kernel.ids import uuid7
from apps.messaging import api as messaging
from apps.orders.contracts import OrderStatus
from apps.orders.errors import NotDeliverable, NotShippable
from apps.orders.history import Delivered, Shipped
from apps.orders.models import Order, OrderLine, Shipment, ShipmentLabel, ShipmentLine
from apps.orders.services.labels import read_kind, store_label
from apps.orders.services.recording import lock_order, record, require_version
from apps.orders.services.steps import Step, StepKind
from apps.orders.tracking import tracking_page
from apps.persistence.moments import moment


@messaging.command
def ship_order(
    *,
    order_id: UUID,
    lines: Mapping[UUID, int] | None,
    tracking_number: str,
    carrier: str,
    tracking_url: str,
    label: bytes | None,
    actor: str,
    reference: str,
    if_version: int | None,
) -> None:
    kind = None if label is None else read_kind(label)
    tracking_url = tracking_url or tracking_page(carrier=carrier, number=tracking_number)
    row = lock_order(order_id=order_id)
    if sent := Shipment.objects.filter(order=row, reference=reference).first():
        _require_same(sent, lines, tracking_number=tracking_number, carrier=carrier, tracking_url=tracking_url)
        _require_same_label(sent, label)
        return
    require_version(row, if_version)
    if row.status != OrderStatus.PROCESSING.value:
        raise NotShippable(
            f"Order {row.number} is {row.status}; only a paid order that has not all left can be shipped."
        )
    parcel = _choose(row, lines)
    shipment = Shipment(
        id=uuid7(),
        order=row,
        reference=reference,
        tracking_number=tracking_number,
        carrier=carrier,
        tracking_url=tracking_url,
        shipped_at=moment(),
    )
    shipment.save(force_insert=True)
    ShipmentLine.objects.bulk_create(
        ShipmentLine(shipment=shipment, line_id=line_id, quantity=quantity) for line_id, quantity in parcel.items()
    )
    if kind and label:
        store_label(shipment, kind=kind, content=label, actor=actor)
    steps = [Step(kind=StepKind.SHIP_STOCK, reference=str(shipment.pk))]
    record(row, Shipped(shipment_id=shipment.pk, lines=parcel), actor=actor, steps=steps)


def _require_same(sent: Shipment, lines: Mapping[UUID, int] | None, **tracking: str) -> None:
    """Refuse another parcel under the reference of one that has left: it would silently stay behind."""
    held = dict(ShipmentLine.objects.filter(shipment=sent).values_list("line_id", "quantity"))
    if (lines is not None and dict(lines) != held) or any(
        getattr(sent, name) != given for name, given in tracking.items()
    ):
        raise messaging.IdempotencyKeyReused("A parcel of other content has left under this key; use a new key.")


def _require_same_label(sent: Shipment, label: bytes | None) -> None:
    if label is not None and not ShipmentLabel.objects.filter(shipment=sent, content=label).exists():
        raise messaging.IdempotencyKeyReused("The parcel of this key has left with another label, or with none.")


def _choose(row: Order, wanted: Mapping[UUID, int] | None) -> dict[UUID, int]:
    """Return what the parcel holds: what was asked for, or everything that is left."""
    left = _left(row)
    if wanted is None:
        return {line_id: quantity for line_id, quantity in left.items() if quantity}
    if not wanted:
        raise Invalid.field(
            "lines", "required", "Name at least one line with a quantity, or leave lines out to ship all."
        )
    faults = [_fault(line_id, quantity, left) for line_id, quantity in wanted.items()]
    if found := [fault for fault in faults if fault]:
        raise Invalid(fields=found)
    for line_id, quantity in wanted.items():
        if quantity > left[line_id]:
            raise NotShippable(
                f"Of line {line_id} only {left[line_id]} are left to ship, not {quantity}.",
                extra={"line_id": str(line_id), "left": left[line_id]},
            )
    return dict(wanted)


def _left(row: Order) -> dict[UUID, int]:
    lines = OrderLine.objects.filter(order=row).annotate(gone=Sum("shipped_in__quantity", default=0))
    return {line.pk: line.quantity - line.gone for line in lines}


def _fault(line_id: UUID, quantity: int, left: Mapping[UUID, int]) -> FieldError | None:
    if line_id not in left:
        return FieldError(f"lines.{line_id}", "unknown_line", "This is no line of the order.")
    if quantity < 1:
        return FieldError(f"lines.{line_id}", "invalid_quantity", f"{quantity} is not a quantity; use 1 or more.")
    return None


@messaging.command
def deliver_order(*, order_id: UUID, actor: str, if_version: int | None) -> None:
    row = lock_order(order_id=order_id)
    if row.status == OrderStatus.DELIVERED.value:
        return
    require_version(row, if_version)
    if row.status != OrderStatus.SHIPPED.value:
        raise NotDeliverable(f"Order {row.number} is {row.status}; only an order that has all left can be delivered.")
    Shipment.objects.filter(order=row, delivered_at__isnull=True).update(delivered_at=moment())
    record(row, Delivered(), actor=actor)


def shipped_quantities(*, shipment_id: UUID) -> dict[UUID, int]:
    """Return how many of each variant are in a parcel."""
    wanted: dict[UUID, int] = {}
    for line in ShipmentLine.objects.filter(shipment_id=shipment_id).select_related("line"):
        wanted[line.line.variant_id] = wanted.get(line.line.variant_id, 0) + line.quantity
    return wanted
