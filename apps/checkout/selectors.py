"""Reads of checkout: a cart comes with its lines in one statement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any, Final
from uuid import UUID

import orjson
from django.db.models import Count, F, Q

from apps.checkout.contracts import DayOfCarts
from apps.checkout.models import Cart
from apps.kernel.money import Money
from apps.persistence.databases import alias_for
from apps.persistence.moments import midnight
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


_LINE_COLUMNS: Final = 6
_CART_ID: Final = _LINE_COLUMNS + [field.attname for field in Cart._meta.concrete_fields].index("id")
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
    rows = fetch_all("checkout", _OPEN_CARTS, [customer_id, holder_id])
    carts = (list(together) for _, together in groupby(rows, key=itemgetter(_CART_ID)))
    return [
        StoredCart(
            row=read_row(Cart, together[0][_LINE_COLUMNS:], using=alias_for("checkout")),
            lines=tuple(_read_line(*row[:_LINE_COLUMNS]) for row in together if row[0] is not None),
        )
        for together in carts
    ]


def _read_line(
    line_id: UUID, variant_id: UUID, quantity: int, amount: Decimal | None, currency: str, snapshot: str
) -> Line:
    seen = None if amount is None else Money(amount, currency)
    return Line(id=line_id, variant_id=variant_id, quantity=quantity, price_seen=seen, snapshot=orjson.loads(snapshot))


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
    reach = Q(created_at__gte=midnight(first), created_at__lt=midnight(last + timedelta(days=1)))
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
