"""Published interface of orders: placing, paying, cancelling, shipping, refunding, and looking."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from uuid import UUID

from apps.kernel.money import Money
from apps.kernel.pages import Page
from apps.messaging import api as messaging
from apps.orders import selectors
from apps.orders.contracts import (
    BestSeller,
    Buyer,
    Contact,
    DayOfSales,
    DraftLine,
    FulfilmentStatus,
    HistoryEntry,
    Label,
    LabelKind,
    Order,
    OrderDraft,
    OrderFilters,
    OrderLine,
    OrderPaymentStatus,
    OrderState,
    OrderStatus,
    OrderSummary,
    Shipment,
    Statistics,
    Tracking,
    Viewer,
    WaitingOrders,
)
from apps.orders.documents import order_document
from apps.orders.errors import (
    AlreadyPlaced,
    LabelNotFound,
    LabelRefused,
    NotCancellable,
    NotDeliverable,
    NotPayable,
    NotRefundable,
    NotShippable,
    OrderNotFound,
    ShipmentNotFound,
)
from apps.orders.services import cancelling, fulfilment, labels, paying, placing
from apps.payments.contracts import Payment, Refund
from apps.web.pagination import PageParams

__all__ = [
    "AlreadyPlaced",
    "BestSeller",
    "Buyer",
    "Contact",
    "DayOfSales",
    "DraftLine",
    "FulfilmentStatus",
    "HistoryEntry",
    "Label",
    "LabelKind",
    "LabelNotFound",
    "LabelRefused",
    "NotCancellable",
    "NotDeliverable",
    "NotPayable",
    "NotRefundable",
    "NotShippable",
    "Order",
    "OrderDraft",
    "OrderFilters",
    "OrderLine",
    "OrderNotFound",
    "OrderPaymentStatus",
    "OrderState",
    "OrderStatus",
    "OrderSummary",
    "Shipment",
    "ShipmentNotFound",
    "Statistics",
    "Tracking",
    "Viewer",
    "WaitingOrders",
    "cancel_order",
    "count_waiting_orders",
    "deliver_order",
    "find_order_by_cart",
    "first_payment_seconds",
    "get_contact",
    "get_history",
    "get_label",
    "get_order",
    "get_order_state",
    "get_statistics",
    "get_tracking",
    "keep_label",
    "list_best_sellers",
    "list_days_of_sales",
    "list_orders",
    "order_document",
    "place_order",
    "refund_order",
    "refund_payment",
    "search_orders",
    "ship_order",
    "start_payment",
]


def first_payment_seconds() -> int:
    """Return how many seconds a new order waits for its money, and so for how long its stock has to be held."""
    return placing.first_payment_seconds()


def place_order(
    *,
    draft: OrderDraft,
    order_id: UUID,
    scope: messaging.IdempotencyScope | None,
    encode: Callable[[Order, str], messaging.StoredAnswer],
) -> tuple[Order, str]:
    """Turn a complete, priced draft into an order that waits for its money; one durable transaction.

    The stock must be held under `draft.reservation` before; from now on the order's saga alone releases it. Order, lines, contact, history,
    saga, event and, where `scope` is given, the answer that `encode(order, order_token)` makes exist together or not at all.

    Returns the order and its token: what opens it for a guest, empty for a customer. Raises AlreadyPlaced (with the order's id) where this
    cart became an order before; nothing is written then.
    """
    return placing.place_order(draft=draft, order_id=order_id, scope=scope, encode=encode)


def find_order_by_cart(*, cart_id: UUID) -> UUID | None:
    """Return the id of the order that a cart became, or None."""
    return selectors.find_order_by_cart(cart_id=cart_id)


def get_order(*, order_id: UUID, viewer: Viewer) -> Order:
    """Return an order with its lines and parcels, in at most four queries; OrderNotFound where it is not the viewer's."""
    return selectors.get_order(order_id=order_id, viewer=viewer)


def get_order_state(*, order_id: UUID, viewer: Viewer) -> OrderState:
    """Return an order's version and status in one query by its id; OrderNotFound where it is not the viewer's. For polling."""
    return selectors.get_order_state(order_id=order_id, viewer=viewer)


def get_contact(*, order_id: UUID) -> Contact:
    """Return whom to write to about an order; OrderNotFound. For mails: it asks no viewer."""
    return selectors.get_contact(order_id=order_id)


def list_orders(*, customer_id: UUID, params: PageParams) -> Page[OrderSummary]:
    """Return a page of a customer's orders, newest first, in one query."""
    return selectors.list_orders(customer_id=customer_id, params=params)


def search_orders(*, query: str = "", filters: OrderFilters | None = None, params: PageParams) -> Page[OrderSummary]:
    """Return a page of all orders for staff, newest first.

    `query` is an order's number, an e-mail address, a SKU, a tracking number or a payment's id at its provider, each of them whole;
    where none is, each word a part of the buyer's name or e-mail address (of one or two letters: the beginning), the newest thousand.
    """
    return selectors.search_orders(query=query, filters=filters or OrderFilters(), params=params)


def get_tracking(*, order_id: UUID, viewer: Viewer) -> Tracking:
    """Return what happened to an order and its parcels; OrderNotFound where it is not the viewer's."""
    return selectors.get_tracking(order_id=order_id, viewer=viewer)


def get_history(*, order_id: UUID) -> tuple[HistoryEntry, ...]:
    """Return every fact of an order, oldest first; empty for an unknown order. For staff: it asks no viewer."""
    return selectors.get_history(order_id=order_id)


def get_statistics(*, since: datetime | None = None, buyer: Buyer | None = None) -> Statistics:
    """Return counts and revenue of all orders, or of those placed from `since` on, or of one buyer's; one query."""
    return selectors.get_statistics(since=since, buyer=buyer)


def list_days_of_sales(*, first: date, last: date) -> tuple[DayOfSales, ...]:
    """Return every day of the shop's time zone from `first` to `last`, both included, with what was sold on it; one query."""
    return selectors.list_days_of_sales(first=first, last=last)


def count_waiting_orders() -> WaitingOrders:
    """Return how many orders wait for money and for the warehouse, also by day; one query over those alone."""
    return selectors.count_waiting_orders()


def list_best_sellers(*, since: datetime, limit: int) -> tuple[BestSeller, ...]:
    """Return the `limit` products of which most items were sold in orders placed from `since` on, most first; one query.

    Orders that were not paid, were cancelled or wholly refunded do not count.
    """
    return selectors.list_best_sellers(since=since, limit=limit)


def start_payment(
    *,
    order_id: UUID,
    viewer: Viewer,
    provider: str | None = None,
    return_url: str | None = None,
    cancel_url: str | None = None,
    client_network: str = "",
) -> Payment:
    """Begin to pay an order with `provider` (the shop's first by default), and return the payment.

    With `return_url` the payment has a `redirect_url`, the provider's own page, which leads back there; without, a `client_secret` for
    a mobile client or for confirming on the server. Both URLs must be this shop's (`STOREFRONT_URL`) or of a scheme in
    `APP_URL_SCHEMES`. An open payment of the same kind that leads back to the same addresses is returned again. The order's deadline
    becomes the provider's where that is later, and its stock is held as long. `client_network` is as in `payments.open_payment`.

    Raises OrderNotFound, NotPayable (paid, ended, or its time is over), Invalid (`return_url`, `cancel_url`), payments' UnknownProvider,
    TooManyDeclines, PaymentInProgress and ProviderUnavailable.
    """
    return paying.start_payment(
        order_id=order_id,
        viewer=viewer,
        provider=provider,
        return_url=return_url,
        cancel_url=cancel_url,
        client_network=client_network,
    )


def refund_order(*, order_id: UUID, amount: Money | None, reason: str, reference: str, actor: str) -> Refund:
    """Ask for money of an order's payment to go back (None: all that is left); for staff. A repeat of `reference` changes nothing.

    The order changes when the provider has done it. Raises OrderNotFound, NotRefundable, payments' RefundMismatch (`reference` is a
    refund of another amount) and RefundExceedsCaptured.
    """
    return paying.refund_order(order_id=order_id, amount=amount, reason=reason, reference=reference, actor=actor)


def refund_payment(*, payment_id: UUID, amount: Money | None, reason: str, reference: str, actor: str) -> Refund:
    """Ask for money of one payment to go back, also of one that its order did not need; as `refund_order` else.

    Raises payments' PaymentNotFound, RefundMismatch and RefundExceedsCaptured.
    """
    return paying.refund_payment(payment_id=payment_id, amount=amount, reason=reason, reference=reference, actor=actor)


def cancel_order(*, order_id: UUID, viewer: Viewer, reason: str = "", if_version: int | None = None) -> Order:
    """End an order of which nothing has left, and return it. A repeat changes nothing.

    Afterwards the saga gives the stock back, closes open payments and returns money that was captured. `reason` is "customer" or
    "staff"; empty means whichever the viewer is. Raises OrderNotFound, NotCancellable, Invalid (another reason), and
    PreconditionFailed where `if_version` is given and the order is another version.
    """
    cancelling.cancel_order(
        order_id=order_id,
        viewer=viewer,
        reason=reason or ("staff" if viewer.is_staff else "customer"),
        if_version=if_version,
    )
    return get_order(order_id=order_id, viewer=viewer)


def ship_order(
    *,
    order_id: UUID,
    lines: Mapping[UUID, int] | None = None,
    tracking_number: str = "",
    carrier: str = "",
    tracking_url: str = "",
    label: bytes | None = None,
    actor: str,
    reference: str,
    if_version: int | None = None,
) -> Order:
    """Record that a parcel left, and return the order; for staff.

    `lines` maps order line ids to quantities, None ships all that is left. `label` is the carrier's, kept as by `keep_label`. `reference`
    names the parcel: a repeat ships nothing more. The saga takes the goods out of inventory afterwards. Raises OrderNotFound,
    NotShippable (unpaid, ended, more than is left), LabelRefused and Invalid (`lines` names no line, an unknown line or a quantity
    below 1), PreconditionFailed (`if_version`).
    """
    fulfilment.ship_order(
        order_id=order_id,
        lines=lines,
        tracking_number=tracking_number,
        carrier=carrier,
        tracking_url=tracking_url,
        label=label,
        actor=actor,
        reference=reference,
        if_version=if_version,
    )
    return get_order(order_id=order_id, viewer=Viewer(is_staff=True))


def keep_label(*, order_id: UUID, shipment_id: UUID, content: bytes, actor: str) -> None:
    """Keep the carrier's label of a parcel, in place of the one before; for staff. It is forgotten after 90 days.

    `content` is a complete PDF, PNG or ZPL of at most a million bytes, told apart by what is in it. Raises ShipmentNotFound and
    LabelRefused (field `label`: `empty`, `too_large`, `unknown_kind`).
    """
    labels.keep_label(order_id=order_id, shipment_id=shipment_id, content=content, actor=actor)


def get_label(*, order_id: UUID, shipment_id: UUID) -> Label:
    """Return the label kept for a parcel; ShipmentNotFound, LabelNotFound. For staff who ship: it names buyer and address."""
    return selectors.get_label(order_id=order_id, shipment_id=shipment_id)


def deliver_order(*, order_id: UUID, actor: str, if_version: int | None = None) -> Order:
    """Record that every parcel arrived, and return the order; for staff. A repeat changes nothing.

    Raises OrderNotFound, NotDeliverable, PreconditionFailed (`if_version`).
    """
    fulfilment.deliver_order(order_id=order_id, actor=actor, if_version=if_version)
    return get_order(order_id=order_id, viewer=Viewer(is_staff=True))
