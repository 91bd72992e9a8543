"""Comparing orders with what other apps hold for them: the stock of inventory, the money of payments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Sum

from apps.inventory import api as inventory
from apps.inventory.api import ReservationStatus
from apps.kernel.money import Money
from apps.orders.contracts import OrderStatus
from apps.orders.models import Order, OrderLine
from apps.orders.services.settling import second_reservation
from apps.payments import api as payments

_STOCK_OF: Final = {
    # Stock that was lost before the money came is reserved again then.
    OrderStatus.AWAITING_PAYMENT: (ReservationStatus.RESERVED, ReservationStatus.RELEASED),
    OrderStatus.PROCESSING: (ReservationStatus.ALLOCATED,),
    OrderStatus.SHIPPED: (ReservationStatus.SHIPPED,),
    OrderStatus.DELIVERED: (ReservationStatus.SHIPPED,),
    OrderStatus.CANCELLED: (ReservationStatus.RELEASED,),
    OrderStatus.REFUNDED: (ReservationStatus.RELEASED, ReservationStatus.SHIPPED),
}
_ENDED: Final = (OrderStatus.CANCELLED, OrderStatus.REFUNDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What another app has otherwise; `can_release` where stock is held that no order needs, `can_drive` where the saga may settle it."""

    order_id: UUID
    detail: str
    can_release: bool = False
    can_drive: bool = False


def compare_stock(order_ids: Sequence[str]) -> Iterator[Difference]:
    """Yield orders whose stock is not held, or held otherwise, or twice; four queries."""
    rows = list(Order.objects.filter(pk__in=order_ids))
    wanted: dict[UUID, dict[UUID, int]] = defaultdict(dict)
    lines = OrderLine.objects.filter(order__in=rows).order_by()
    for order_id, variant_id, quantity in lines.values_list("order_id", "variant_id").annotate(Sum("quantity")):
        wanted[order_id][variant_id] = quantity
    references = {reference for row in rows for reference in (row.reservation, second_reservation(row.pk))}
    holdings = inventory.get_holdings(references=references)
    for row in rows:
        yield from _stock_differences(row, wanted[row.pk], holdings)


def _stock_differences(
    row: Order, wanted: Mapping[UUID, int], holdings: Mapping[str, inventory.Holding]
) -> Iterator[Difference]:
    status, held = OrderStatus(row.status), holdings.get(row.reservation)
    if held is None:
        yield Difference(order_id=row.pk, detail="no stock was ever reserved for it")
    elif held.status not in _STOCK_OF[status]:
        is_kept = status in _ENDED and held.status is not ReservationStatus.SHIPPED
        detail = f"it is {row.status}, its stock {held.status.value}"
        yield Difference(order_id=row.pk, detail=detail, can_release=is_kept, can_drive=not is_kept)
    elif held.quantities != wanted:
        yield Difference(order_id=row.pk, detail=f"its stock is {_words(held.quantities)}, its lines {_words(wanted)}")
    if held and held.shipped != row.shipped_count:
        detail = f"{row.shipped_count} items left by its parcels, {held.shipped} by its stock"
        yield Difference(order_id=row.pk, detail=detail, can_drive=True)
    second = holdings.get(second_reservation(row.pk))
    if second and second.reference != row.reservation and second.status is ReservationStatus.ALLOCATED:
        is_settled = status is not OrderStatus.AWAITING_PAYMENT
        detail = "stock is held for it a second time"
        yield Difference(order_id=row.pk, detail=detail, can_release=is_settled, can_drive=not is_settled)


def _words(quantities: Mapping[UUID, int]) -> str:
    return ", ".join(f"{quantity} of {variant_id}" for variant_id, quantity in sorted(quantities.items())) or "nothing"


def compare_money(order_ids: Sequence[str]) -> Iterator[Difference]:
    """Yield orders whose payments hold another amount, or money that belongs to nobody; two queries."""
    rows = list(Order.objects.filter(pk__in=order_ids))
    came: dict[UUID, list[payments.Balance]] = defaultdict(list)
    for balance in payments.get_balances(order_ids=[row.pk for row in rows]):
        came[balance.order_id].append(balance)
    for row in rows:
        own = [balance for balance in came[row.pk] if balance.payment_id == row.payment_id]
        yield from _money_differences(row, own[0] if own else None)
        yield from (_unneeded(row, balance) for balance in came[row.pk] if balance not in own and _is_kept(balance))


def _money_differences(row: Order, own: payments.Balance | None) -> Iterator[Difference]:
    nothing = Money.zero(row.total.currency)
    captured, refunded = (own.captured, own.refunded) if own else (nothing, nothing)
    if captured != row.paid:
        detail = f"{row.paid} was paid, its payment holds {captured}"
        yield Difference(order_id=row.pk, detail=detail)
    if refunded != row.refunded:
        detail = f"{row.refunded} was refunded, its payment gave back {refunded}"
        yield Difference(order_id=row.pk, detail=detail, can_drive=True)
    if own and row.status == OrderStatus.CANCELLED.value and _is_kept(own):
        detail = f"it is cancelled, and {_left(own)} of it was not given back"
        yield Difference(order_id=row.pk, detail=detail)


def _unneeded(row: Order, balance: payments.Balance) -> Difference:
    detail = f"{_left(balance)} came by payment {balance.payment_id}, which is neither its own nor given back"
    return Difference(order_id=row.pk, detail=detail, can_drive=True)


def _left(balance: payments.Balance) -> Money:
    return balance.captured - balance.refunded - balance.returning


def _is_kept(balance: payments.Balance) -> bool:
    """Return whether more is left than what the provider could not give back: that waits for staff, who see it."""
    return _left(balance) > balance.failed
