"""The only code that changes an order: one fact becomes an event, the fold in the row, a published event and the saga's next steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from apps.kernel import clock, codec
from apps.kernel.errors import PreconditionFailed
from apps.kernel.events import Event
from apps.messaging import api as messaging
from apps.orders import events
from apps.orders.contracts import FulfilmentStatus, OrderPaymentStatus, OrderStatus
from apps.orders.errors import OrderNotFound
from apps.orders.history import (
    Cancelled,
    Delivered,
    Fact,
    Noted,
    OrderState,
    Paid,
    Placed,
    Refunded,
    Shipped,
    apply,
)
from apps.orders.models import Order, OrderEvent, OrderLine
from apps.orders.services.steps import Step, queue_steps

_STATE = tuple(field.name for field in fields(OrderState))
_ENUMS: dict[str, type[Enum]] = {
    "status": OrderStatus,
    "payment_status": OrderPaymentStatus,
    "fulfilment_status": FulfilmentStatus,
}
# What a later fact may change; the rest is settled when the order is placed.
_CHANGING = (
    "version",
    "status",
    "payment_status",
    "fulfilment_status",
    "reservation",
    "payment_id",
    "payment_deadline",
)
_CHANGING_COLUMNS = (*_CHANGING, "shipped_count", "paid_amount", "refunded_amount")


def lock_order(*, order_id: UUID) -> Order:
    """Return the order's row, locked until the transaction ends; OrderNotFound."""
    row = Order.objects.select_for_update(no_key=True).filter(pk=order_id).first()
    if row is None:
        raise OrderNotFound(f"There is no order {order_id}.")
    return row


def require_version(row: Order, if_version: int | None) -> None:
    """Refuse to change an order that the caller read in another state."""
    if if_version is not None and if_version != row.version:
        raise PreconditionFailed(f"Order {row.number} is at version {row.version} now, not {if_version}.")


def record(row: Order, fact: Fact, *, actor: str, steps: Sequence[Step] = (), at: datetime | None = None) -> None:
    """Record what happened to an order whose row the caller has locked, and queue what the saga does about it.

    `at` is when it happened, where that was told; else now.
    """
    write_state(row, apply(read_state(row), fact))
    entry = OrderEvent(order=row, version=row.version, type=fact.kind, data=codec.encode(fact), actor=actor)
    if happened_at := at or clock.held():
        entry.at = happened_at
    current = Order.objects.filter(pk=row.pk, version=row.version - 1)
    if not current.update(**{column: getattr(row, column) for column in _CHANGING_COLUMNS}):
        raise RuntimeError(f"order {row.pk} was recorded without its lock")
    queue_steps(order_id=row.pk, steps=steps)
    messaging.publish(_announce(row, fact), version=row.version, alongside=([entry],))


def begin_history(row: Order, fact: Placed, *, actor: str) -> tuple[OrderEvent, Event]:
    """Set the state of a new order's row; return its first entry and what is published of it, both still to be written."""
    write_state(row, apply(None, fact))
    entry = OrderEvent(
        order_id=row.pk, version=row.version, type=fact.kind, data=codec.encode(fact), actor=actor, at=fact.placed_at
    )
    return entry, _announce(row, fact)


def read_state(row: Order) -> OrderState:
    """Return the row's columns as the fold's state."""
    values: dict[str, Any] = {name: getattr(row, name) for name in _STATE}
    return OrderState(**values | {name: kind(values[name]) for name, kind in _ENUMS.items()})


def write_state(row: Order, state: OrderState) -> None:
    """Set the row's columns from the fold's state."""
    for name in _STATE:
        value: Any = getattr(state, name)
        setattr(row, name, value.value if isinstance(value, Enum) else value)


def counts_refund(order_id: UUID, refund_id: UUID) -> bool:
    """Return whether the order's history has this refund as money that went back."""
    return OrderEvent.objects.filter(order_id=order_id, type=Refunded.kind, data__refund_id=str(refund_id)).exists()


def _announce(row: Order, fact: Fact) -> Event:
    """Return the published event of a fact that the row already shows."""
    order_id, version, number = row.pk, row.version, row.number
    match fact:
        case Placed():
            return events.OrderPlaced(
                order_id=order_id,
                version=version,
                number=number,
                cart_id=row.cart_id,
                customer_id=row.customer_id,
                items=fact.items,
                total=row.total,
            )
        case Paid():
            return events.OrderPaid(
                order_id=order_id,
                version=version,
                number=number,
                payment_id=fact.payment_id,
                amount=fact.amount,
                customer_id=row.customer_id,
                items=_items(row),
            )
        case Shipped():
            complete = row.shipped_count == row.item_count
            return events.OrderShipped(
                order_id=order_id, version=version, number=number, shipment_id=fact.shipment_id, complete=complete
            )
        case Delivered():
            return events.OrderDelivered(order_id=order_id, version=version, number=number)
        case Cancelled():
            return events.OrderCancelled(
                order_id=order_id,
                version=version,
                number=number,
                reason=fact.reason,
                was_paid=row.payment_id is not None,
            )
        case Refunded():
            return events.OrderRefunded(
                order_id=order_id,
                version=version,
                number=number,
                amount=fact.amount,
                refunded=row.refunded,
                complete=row.refunded == row.paid,
            )
    named = fact.fact if isinstance(fact, Noted) else fact.kind
    return events.OrderUpdated(order_id=order_id, version=version, number=number, fact=named)


def _items(row: Order) -> tuple[events.OrderedItem, ...]:
    return tuple(
        events.OrderedItem(
            variant_id=line.variant_id,
            product_id=line.product_id,
            sku=line.sku,
            quantity=line.quantity,
            line_total=line.line_total,
        )
        for line in OrderLine.objects.filter(order=row)
    )
