"""Values that cross the boundary of orders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from apps.kernel.address import Address
from apps.kernel.money import Money


class OrderStatus(Enum):
    """Where an order stands; the words of the API."""

    AWAITING_PAYMENT = "awaiting_payment"
    PROCESSING = "processing"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


class OrderPaymentStatus(Enum):
    """Where an order's money stands."""

    UNPAID = "unpaid"
    AUTHORISED = "authorised"
    PAID = "paid"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"


class FulfilmentStatus(Enum):
    """How much of an order has left."""

    UNFULFILLED = "unfulfilled"
    PARTIALLY_FULFILLED = "partially_fulfilled"
    FULFILLED = "fulfilled"
    DELIVERED = "delivered"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftLine:
    """A priced line on its way into an order; a snapshot of what the shopper saw.

    `title` and `options` are in the shop's own language, as staff read them; `sold_title` and `sold_options` in that of the order, blank
    and empty where that is the same.
    """

    variant_id: UUID
    product_id: UUID
    sku: str
    title: str
    options: Mapping[str, str]
    quantity: int
    unit_price: Money
    line_total: Money
    discount: Money
    tax: Money
    tax_rate: Decimal
    requires_shipping: bool
    image_url: str
    sold_title: str = ""
    sold_options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDraft:
    """A complete, priced checkout. `reservation` is the reference under which its stock is held.

    Exactly one of `customer_id` and a guest's signed token (made when the order is placed) opens the order later.
    """

    cart_id: UUID
    customer_id: UUID | None
    email: str
    lines: tuple[DraftLine, ...]
    shipping_address: Address
    billing_address: Address
    shipping_method_id: UUID
    shipping_method_name: str
    subtotal: Money
    discount: Money
    shipping: Money
    tax: Money
    total: Money
    prices_include_tax: bool
    reservation: str
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who asks. Staff see every order, a customer their own, a guest the one whose token they hold."""

    customer_id: UUID | None = None
    order_token: str = ""
    is_staff: bool = False
    actor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """A line of an order; `shipped` is how many of it have left. `tax_rate` is a fraction, 0.19 of the net price.

    `title` and `options` are in the shop's own language, for staff; `sold_title` and `sold_options` as the buyer read them.
    """

    id: UUID
    variant_id: UUID
    product_id: UUID
    sku: str
    title: str
    options: Mapping[str, str]
    quantity: int
    shipped: int
    unit_price: Money
    line_total: Money
    tax: Money
    tax_rate: Decimal
    image_url: str
    sold_title: str
    sold_options: Mapping[str, str]


class LabelKind(Enum):
    """What a carrier's label is: a page, a picture, or the language of label printers."""

    PDF = "pdf"
    PNG = "png"
    ZPL = "zpl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """The label of a parcel as its carrier made it, and a name to keep it under."""

    kind: LabelKind
    content: bytes
    file_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """A parcel; `label` says which kind of label is kept for it, None where there is none."""

    id: UUID
    tracking_number: str
    carrier: str
    tracking_url: str
    lines: Mapping[UUID, int]
    shipped_at: datetime
    delivered_at: datetime | None
    label: LabelKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One fact of an order's history: `type` is stable, `detail` a sentence for people, `actor` who did it.

    `detail_without_amounts` is the sentence for those who are not to see what an order cost.
    """

    version: int
    type: str
    at: datetime
    actor: str
    detail: str
    detail_without_amounts: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order as its page and the API show it; `version` rises with every change."""

    id: UUID
    number: str
    version: int
    customer_id: UUID | None
    email: str
    status: OrderStatus
    payment_status: OrderPaymentStatus
    fulfilment_status: FulfilmentStatus
    lines: tuple[OrderLine, ...]
    subtotal: Money
    discount: Money
    shipping: Money
    tax: Money
    total: Money
    paid: Money
    refunded: Money
    prices_include_tax: bool
    shipping_method_name: str
    shipping_address: Address
    billing_address: Address
    shipments: tuple[Shipment, ...]
    placed_at: datetime
    payment_deadline: datetime | None
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderState:
    """How far an order has come: what whoever watches it needs to know whether to look again."""

    version: int
    status: OrderStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSummary:
    """An order in a list."""

    id: UUID
    number: str
    email: str
    status: OrderStatus
    payment_status: OrderPaymentStatus
    fulfilment_status: FulfilmentStatus
    total: Money
    item_count: int
    placed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracking:
    """What happened to an order so far and which parcels it left in."""

    status: OrderStatus
    events: tuple[HistoryEntry, ...]
    shipments: tuple[Shipment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Whom to write to about an order, and where it goes; the only personal data orders hold."""

    email: str
    language: str
    shipping_address: Address
    billing_address: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """Whose orders: those of an account, and those placed as a guest with the same e-mail address (lower case)."""

    email: str
    customer_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFilters:
    """What staff narrow a list of orders by; None is no limit. `placed_after` is inclusive, `placed_before` is not."""

    status: OrderStatus | None = None
    payment_status: OrderPaymentStatus | None = None
    fulfilment_status: FulfilmentStatus | None = None
    placed_after: datetime | None = None
    placed_before: datetime | None = None
    buyer: Buyer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """Counts of orders ever placed, paid, cancelled, and by currency what was received less what went back."""

    placed: int
    paid: int
    cancelled: int
    revenue: Mapping[str, Money]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOfSales:
    """The orders placed on one day of the shop's time zone: how many, and by currency what was received for them less what went back."""

    day: date
    placed: int
    revenue: Mapping[str, Money]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingOrders:
    """How many orders wait: for the buyer's money, or for the warehouse; and on which day of the shop's time zone these were placed."""

    awaiting_payment: int
    to_ship: int
    awaiting_payment_by_day: Mapping[date, int]
    to_ship_by_day: Mapping[date, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class BestSeller:
    """A product and how many of it were sold; title (in the shop's own language) and picture as an order of it holds them."""

    product_id: UUID
    title: str
    image_url: str
    sold: int
