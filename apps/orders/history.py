"""What can happen to an order, and the pure fold that turns its history into its state.

Facts are stored in `OrderEvent.data` for good, so they hold ids and amounts and never personal data. A new member needs a default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from apps.kernel import codec
from apps.kernel.money import Money
from apps.orders.contracts import FulfilmentStatus, OrderPaymentStatus, OrderStatus
from apps.orders.events import OrderedItem


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Base of all facts; `kind` is the stored `OrderEvent.type`."""

    kind: ClassVar[str] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed(Fact):
    """The order came into being with these lines and amounts."""

    kind = "placed"

    number: str
    cart_id: UUID
    customer_id: UUID | None
    items: tuple[OrderedItem, ...]
    subtotal: Money
    discount: Money
    shipping: Money
    tax: Money
    total: Money
    prices_include_tax: bool
    shipping_method_id: UUID
    shipping_method_name: str
    reservation: str
    placed_at: datetime
    payment_deadline: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineExtended(Fact):
    """A payment with `provider` was begun, which may take until `payment_deadline`."""

    kind = "deadline_extended"

    provider: str
    payment_deadline: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid(Fact):
    """The money arrived, and the stock under `reservation` is allocated."""

    kind = "paid"

    payment_id: UUID
    amount: Money
    reservation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipped(Fact):
    """A parcel left with `lines` (order line to quantity)."""

    kind = "shipped"

    shipment_id: UUID
    lines: Mapping[UUID, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered(Fact):
    """Every parcel arrived."""

    kind = "delivered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled(Fact):
    """The order ended before anything left.

    `payment_id` and `amount` are set where the money arrived at that very moment (and goes back): out of stock after payment.
    """

    kind = "cancelled"

    reason: str
    payment_id: UUID | None = None
    amount: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refunded(Fact):
    """Money of the order's payment went back."""

    kind = "refunded"

    payment_id: UUID
    refund_id: UUID
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundReversed(Fact):
    """Money that had gone back of the order's payment came back to the shop: the buyer's bank did not take it."""

    kind = "refund_reversed"

    payment_id: UUID
    refund_id: UUID
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted(Fact):
    """Something worth telling that changes neither the order's status nor its money."""

    kind = "noted"

    fact: str
    payment_id: UUID
    amount: Money


FACTS: dict[str, type[Fact]] = {
    fact.kind: fact
    for fact in (Placed, DeadlineExtended, Paid, Shipped, Delivered, Cancelled, Refunded, RefundReversed, Noted)
}


def read_fact(kind: str, data: Mapping[str, Any]) -> Fact:
    """Build the fact that was stored; KeyError for a kind this version does not know."""
    return codec.decode(FACTS[kind], dict(data))


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderState:
    """Everything about an order that its history decides; the columns of its row."""

    version: int
    number: str
    status: OrderStatus
    payment_status: OrderPaymentStatus
    fulfilment_status: FulfilmentStatus
    cart_id: UUID
    customer_id: UUID | None
    subtotal: Money
    discount: Money
    shipping: Money
    tax: Money
    total: Money
    paid: Money
    refunded: Money
    prices_include_tax: bool
    shipping_method_id: UUID
    shipping_method_name: str
    reservation: str
    payment_id: UUID | None
    payment_deadline: datetime
    placed_at: datetime
    item_count: int
    shipped_count: int


def apply(state: OrderState | None, fact: Fact) -> OrderState:
    """Return the state after `fact`; pure. The first fact of an order is Placed, and no later one is."""
    if isinstance(fact, Placed):
        if state is not None:
            raise ValueError(f"order {state.number} cannot be placed twice")
        return _begin(fact)
    if state is None:
        raise ValueError(f"a history cannot begin with {fact.kind}")
    changes = _changes(state, fact)
    return replace(state, version=state.version + 1, **changes)


def _begin(fact: Placed) -> OrderState:
    zero = Money.zero(fact.total.currency)
    return OrderState(
        version=1,
        number=fact.number,
        status=OrderStatus.AWAITING_PAYMENT,
        payment_status=OrderPaymentStatus.UNPAID,
        fulfilment_status=FulfilmentStatus.UNFULFILLED,
        cart_id=fact.cart_id,
        customer_id=fact.customer_id,
        subtotal=fact.subtotal,
        discount=fact.discount,
        shipping=fact.shipping,
        tax=fact.tax,
        total=fact.total,
        paid=zero,
        refunded=zero,
        prices_include_tax=fact.prices_include_tax,
        shipping_method_id=fact.shipping_method_id,
        shipping_method_name=fact.shipping_method_name,
        reservation=fact.reservation,
        payment_id=None,
        payment_deadline=fact.payment_deadline,
        placed_at=fact.placed_at,
        item_count=sum(item.quantity for item in fact.items),
        shipped_count=0,
    )


def _changes(state: OrderState, fact: Fact) -> dict[str, Any]:
    match fact:
        case DeadlineExtended():
            return {"payment_deadline": fact.payment_deadline}
        case Paid():
            return {"status": OrderStatus.PROCESSING, "reservation": fact.reservation, **_receive(state, fact)}
        case Shipped():
            return _ship(state, sum(fact.lines.values()))
        case Delivered():
            return {"status": OrderStatus.DELIVERED, "fulfilment_status": FulfilmentStatus.DELIVERED}
        case Cancelled():
            return {"status": OrderStatus.CANCELLED, **(_receive(state, fact) if fact.payment_id else {})}
        case Refunded():
            return _refund(state, fact.amount)
        case RefundReversed():
            return _reverse_refund(state, fact.amount)
        case Noted():
            return {}
    raise ValueError(f"no rule for {fact.kind}")


def _receive(state: OrderState, fact: Paid | Cancelled) -> dict[str, Any]:
    paid = state.paid + (fact.amount or Money.zero(state.total.currency))
    return {"payment_id": fact.payment_id, "paid": paid, "payment_status": OrderPaymentStatus.PAID}


def _ship(state: OrderState, quantity: int) -> dict[str, Any]:
    shipped = state.shipped_count + quantity
    if shipped < state.item_count:
        return {"shipped_count": shipped, "fulfilment_status": FulfilmentStatus.PARTIALLY_FULFILLED}
    return {
        "shipped_count": shipped,
        "fulfilment_status": FulfilmentStatus.FULFILLED,
        "status": OrderStatus.SHIPPED,
    }


def _refund(state: OrderState, amount: Money) -> dict[str, Any]:
    """A cancelled order stays cancelled: `status` says how it ended, `payment_status` that the money is back."""
    refunded = state.refunded + amount
    if refunded < state.paid:
        return {"refunded": refunded, "payment_status": OrderPaymentStatus.PARTIALLY_REFUNDED}
    ended = {} if state.status is OrderStatus.CANCELLED else {"status": OrderStatus.REFUNDED}
    return {"refunded": refunded, "payment_status": OrderPaymentStatus.REFUNDED, **ended}


def _reverse_refund(state: OrderState, amount: Money) -> dict[str, Any]:
    """An order that ended stays ended, its stock may be sold: `payment_status` says that the money is the buyer's still."""
    refunded = state.refunded - amount
    if refunded < Money.zero(amount.currency):
        raise ValueError(f"{amount} cannot come back of the {state.refunded} that went")
    kept = OrderPaymentStatus.PARTIALLY_REFUNDED if refunded else OrderPaymentStatus.PAID
    return {"refunded": refunded, "payment_status": kept}
