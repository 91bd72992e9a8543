"""Events of orders. One fact per version of the order; contacts and addresses stay out of them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from apps.kernel.events import Event
from apps.kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderedItem:
    """A line of an order inside an event."""

    variant_id: UUID
    product_id: UUID
    sku: str
    quantity: int
    line_total: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPlaced(Event):
    """An order was placed and waits for its money."""

    event_type = "orders.order_placed.v1"
    key_field = "order_id"

    order_id: UUID
    version: int
    number: str
    cart_id: UUID
    customer_id: UUID | None
    items: tuple[OrderedItem, ...]
    total: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPaid(Event):
    """The order's money arrived and its stock is allocated: it is being processed."""

    event_type = "orders.order_paid.v1"
    key_field = "order_id"

    order_id: UUID
    version: int
    number: str
    payment_id: UUID
    amount: Money
    customer_id: UUID | None
    items: tuple[OrderedItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderShipped(Event):
    """A parcel left; `complete` when nothing is left to ship."""

    event_type = "orders.order_shipped.v1"
    key_field = "order_id"

    order_id: UUID
    version: int
    number: str
    shipment_id: UUID
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDelivered(Event):
    """Every parcel has arrived."""

    event_type = "orders.order_delivered.v1"
    key_field = "order_id"

    order_id: UUID
    version: int
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCancelled(Event):
    """The order ended without being shipped. `reason`: customer, staff, payment_deadline, out_of_stock."""

    event_type = "orders.order_cancelled.v1"
    key_field = "order_id"

    order_id: UUID
    version: int
    number: str
    reason: str
    was_paid: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRefunded(Event):
    """Money of the order went back to the buyer: `amount` now, `refunded` in all."""

    event_type = "orders.order_refunded.v1"
    key_field = "order_id"

    order_id: UUID
    version: int
    number: str
    amount: Money
    refunded: Money
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderUpdated(Event):
    """Something else about the order changed (a late payment, a failed refund): viewers should look again."""

    event_type = "orders.order_updated.v1"
    key_field = "order_id"

    order_id: UUID
    version: int
    number: str
    fact: str
