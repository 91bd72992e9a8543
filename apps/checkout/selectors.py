"""Reads of checkout: a cart comes with its lines in one statement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

import orjson
from django.db.models import Count, F, Q

from apps.checkout.contracts import DayOfCarts
from apps.checkout.models import Cart
from apps.kernel.money import Money
from apps.persistence.databases import alias_for
from apps.persistence.statements import columns_of, fetch_all, read_row


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A cart line as stored."""

    id: UUID
    variant_id: UUID
    quantity: int
    price_seen: Money | None
    snapshot: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCart:
    """A cart's row and its lines, oldest first."""

    row: Cart
    lines: tuple[Line, ...]


_OPEN_CARTS: Final = f"""
    SELECT line.id, line.variant_id, line.quantity, line.price_seen_amount, line.price_seen_currency, line.snapshot,
        {columns_of(Cart, prefix="cart")}
    FROM checkout_cart cart LEFT JOIN checkout_cartline line ON line.cart_id = cart.id
    WHERE cart.status = 'open' AND (cart.customer_id = %s OR cart.holder_id = %s)
    ORDER BY cart.id, line.id
"""  # noqa: S608 - our own names, no input


def find_open_carts(*, customer_id: UUID | None, holder_id: UUID | None) -> list[StoredCart]:
    """Return the open carts of a customer and of a guest's token, at most one each; one statement."""
    if customer_id is None and holder_id is None:
        return []
    found: dict[UUID, tuple[Cart, list[Line]]] = {}
    for row in fetch_all("checkout", _OPEN_CARTS, [customer_id, holder_id]):
        (line_id, variant_id, quantity, amount, currency, snapshot), values = row[:6], row[6:]
        cart = read_row(Cart, values, using=alias_for("checkout"))
        _, lines = found.setdefault(cart.pk, (cart, []))
        if line_id is not None:
            seen = None if amount is None else Money(amount, currency)
            stored = orjson.loads(snapshot)
            lines.append(Line(id=line_id, variant_id=variant_id, quantity=quantity, price_seen=seen, snapshot=stored))
    return [StoredCart(row=row, lines=tuple(lines)) for row, lines in found.values()]


def find_shipping_address(*, cart_id: UUID) -> Mapping[str, str] | None:
    """Return the stored address that an open cart goes to; None while there is none."""
    return Cart.objects.filter(pk=cart_id).values_list("shipping_address", flat=True).first()


def find_last_placed_cart(*, customer_id: UUID | None, holder_id: UUID | None) -> UUID | None:
    """Return the id of the cart that its owner turned into an order last, while it is kept."""
    conditions = [Q(customer_id=customer_id)] if customer_id else []
    conditions += [Q(holder_id=holder_id)] if holder_id else []
    if not conditions:
        return None
    owned = Q(*conditions, _connector=Q.OR)
    placed = Cart.objects.filter(owned, status=Cart.Status.PLACED).order_by("-closed_at")
    return placed.values_list("pk", flat=True).first()


def list_days_of_carts(*, first: date, last: date) -> tuple[DayOfCarts, ...]:
    reach = Q(created_at__gte=_midnight(first), created_at__lt=_midnight(last + timedelta(days=1)))
    begun = Cart.objects.filter(reach).exclude(status=Cart.Status.MERGED).order_by()
    # Only columns of the index by day: nothing else of a cart is read.
    counted = (
        begun.annotate(day=F("created_at__date"))
        .values("day")
        .annotate(begun=Count("status"), ordered=Count("status", filter=Q(status=Cart.Status.PLACED)))
        .values_list("day", "begun", "ordered")
    )
    by_day = {day: (number, ordered) for day, number, ordered in counted}
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return tuple(
        DayOfCarts(day=day, begun=found[0], ordered=found[1]) for day in days for found in [by_day.get(day, (0, 0))]
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)
