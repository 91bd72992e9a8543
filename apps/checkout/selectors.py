"""Reads of checkout: a cart comes with its lines in one statement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from apps.checkout.models import Cart
from apps.kernel.money import Money


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


_LINE = ("id", "variant_id", "quantity", "price_seen_amount", "price_seen_currency", "snapshot")


def find_open_carts(*, customer_id: UUID | None, holder_id: UUID | None) -> list[StoredCart]:
    """Return the open carts of a customer and of a guest's token, at most one each; one statement."""
    owned = _owned_by(customer_id=customer_id, holder_id=holder_id)
    if owned is None:
        return []
    joined = Cart.objects.filter(owned, status=Cart.Status.OPEN).annotate(
        **{f"line_{name}": F(f"lines__{name}") for name in _LINE}
    )
    found: dict[UUID, tuple[Cart, list[Line]]] = {}
    for row in joined.order_by("pk", "lines__id"):
        _, lines = found.setdefault(row.pk, (row, []))
        lines += _line(row)
    return [StoredCart(row=row, lines=tuple(lines)) for row, lines in found.values()]


def _owned_by(*, customer_id: UUID | None, holder_id: UUID | None) -> Q | None:
    conditions = [Q(customer_id=customer_id)] if customer_id else []
    conditions += [Q(holder_id=holder_id)] if holder_id else []
    return Q(*conditions, _connector=Q.OR) if conditions else None


def _line(row: Cart) -> list[Line]:
    """Return the line that was joined to this row, if any."""
    joined = vars(row)
    if joined["line_id"] is None:
        return []
    amount, currency = joined["line_price_seen_amount"], joined["line_price_seen_currency"]
    return [
        Line(
            id=joined["line_id"],
            variant_id=joined["line_variant_id"],
            quantity=joined["line_quantity"],
            price_seen=None if amount is None else Money(amount, currency),
            snapshot=joined["line_snapshot"],
        )
    ]


def find_last_placed_cart(*, customer_id: UUID | None, holder_id: UUID | None) -> UUID | None:
    """Return the id of the cart that its owner turned into an order last, while it is kept."""
    owned = _owned_by(customer_id=customer_id, holder_id=holder_id)
    if owned is None:
        return None
    placed = Cart.objects.filter(owned, status=Cart.Status.PLACED).order_by("-closed_at")
    return placed.values_list("pk", flat=True).first()
