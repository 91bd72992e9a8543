"""The rows that the checker reads from the dump: the columns it needs, by their names there; times in seconds since the epoch."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final


@dataclass(slots=True)
class Order:
    """`orders_order`."""

    id: str
    number: str
    version: int
    status: str
    cart_id: str
    subtotal_amount: Decimal
    discount_amount: Decimal
    shipping_amount: Decimal
    tax_amount: Decimal
    total_amount: Decimal
    total_currency: str
    paid_amount: Decimal
    refunded_amount: Decimal
    prices_include_tax: bool
    reservation: str
    payment_id: str | None
    payment_deadline: float
    placed_at: float
    item_count: int
    shipped_count: int


@dataclass(slots=True)
class OrderLine:
    """`orders_orderline`."""

    id: str
    order_id: str
    variant_id: str
    quantity: int
    unit_price_amount: Decimal
    line_total_amount: Decimal


@dataclass(slots=True)
class OrderEvent:
    """`orders_orderevent`."""

    order_id: str
    version: int
    type: str
    data: dict
    at: float


@dataclass(slots=True)
class Saga:
    """`orders_ordersaga`."""

    order_id: str
    next_run_at: float | None
    attempts: int
    parked_at: float | None
    last_error: str


@dataclass(slots=True)
class SagaStep:
    """`orders_sagastep`."""

    order_id: str
    kind: str
    reference: str
    done_at: float | None


@dataclass(slots=True)
class Shipment:
    """`orders_shipment`."""

    id: str
    order_id: str


@dataclass(slots=True)
class ShipmentLine:
    """`orders_shipmentline`."""

    shipment_id: str
    line_id: str
    quantity: int


@dataclass(slots=True)
class StockLevel:
    """`inventory_stocklevel`."""

    variant_id: str
    warehouse_id: str
    on_hand: int
    reserved: int


@dataclass(slots=True)
class Reservation:
    """`inventory_stockreservation`."""

    reference: str
    status: str
    expires_at: float | None


@dataclass(slots=True)
class ReservationLine:
    """`inventory_reservationline`."""

    reservation_id: str
    variant_id: str
    warehouse_id: str
    quantity: int
    shipped: int


@dataclass(slots=True)
class Movement:
    """`inventory_stockmovement`."""

    variant_id: str
    warehouse_id: str
    kind: str
    quantity: int
    shipment_id: str | None
    created_at: float


@dataclass(slots=True)
class Payment:
    """`payments_payment`."""

    id: str
    order_id: str
    provider: str
    status: str
    amount_amount: Decimal
    captured_total: Decimal
    refunded_total: Decimal


@dataclass(slots=True)
class Transaction:
    """`payments_paymenttransaction`."""

    payment_id: str
    provider: str
    kind: str
    amount_amount: Decimal
    amount_currency: str
    reference: str


@dataclass(slots=True)
class Refund:
    """`payments_refund`."""

    id: str
    payment_id: str
    status: str
    amount_amount: Decimal
    reference: str
    next_run_at: float | None


@dataclass(slots=True)
class OutboxMessage:
    """`messaging_outboxmessage`."""

    id: str
    event_type: str
    key: str
    version: int
    published_at: float | None


@dataclass(slots=True)
class InboxMessage:
    """`messaging_inboxmessage`."""

    consumer: str
    message_id: str
    event_type: str
    done_at: float | None
    parked_at: float | None
    last_error: str


@dataclass(slots=True)
class Mail:
    """`notifications_outboundmail`."""

    kind: str
    order_id: str
    message_id: str
    sent_at: float | None
    withheld_at: float | None


@dataclass(slots=True)
class RefreshToken:
    """`accounts_refreshtoken`."""

    id: str
    family_id: str
    consumed_at: float | None


KINDS: Final[dict[str, type[Any]]] = {
    "orders_order": Order,
    "orders_orderline": OrderLine,
    "orders_orderevent": OrderEvent,
    "orders_ordersaga": Saga,
    "orders_sagastep": SagaStep,
    "orders_shipment": Shipment,
    "orders_shipmentline": ShipmentLine,
    "inventory_stocklevel": StockLevel,
    "inventory_stockreservation": Reservation,
    "inventory_reservationline": ReservationLine,
    "inventory_stockmovement": Movement,
    "payments_payment": Payment,
    "payments_paymenttransaction": Transaction,
    "payments_refund": Refund,
    "messaging_outboxmessage": OutboxMessage,
    "messaging_inboxmessage": InboxMessage,
    "notifications_outboundmail": Mail,
    "accounts_refreshtoken": RefreshToken,
}
