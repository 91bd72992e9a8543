"""A guest signs in: the guest's cart becomes the customer's, or its lines move into it. Nothing is lost without a word.

A cart has one currency. Lines that come into a cart of another get its prices; one that has none there is left out, with a note
that the cart shows until its lines change next.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, Q
from django.db.models.functions import Now

from apps.checkout.models import MAX_QUANTITY, Cart, CartLine
from apps.kernel.money import Money
from apps.messaging import api as messaging

_FILLED_IN = ("email", "shipping_address", "billing_address", "shipping_method_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Repricing:
    """What the guest's variants cost in the currency of the customer's cart; None for those that are not sold in it."""

    currency: str
    prices: Mapping[UUID, Money | None]


@messaging.command
def merge_carts(*, customer_id: UUID, guest_cart_id: UUID, repricing: Repricing | None) -> None:
    """Add a guest's lines to the customer's open cart, or hand the cart over where there is none.

    A variant in both carts is added up, to at most 999. What the guest has filled in fills what the customer has not. `repricing` is
    needed where both carts have lines, in different currencies. A repeat, or the loser of two at once, finds the guest's cart closed
    and does nothing; so does one whose `repricing` does not fit the carts any more: look again.
    """
    both = Cart.objects.select_for_update(no_key=True).filter(Q(pk=guest_cart_id) | Q(customer_id=customer_id))
    carts = list(both.filter(status=Cart.Status.OPEN).order_by("pk"))
    guest = next((cart for cart in carts if cart.pk == guest_cart_id and cart.holder_id), None)
    own = next((cart for cart in carts if cart.customer_id == customer_id), None)
    if guest is None:
        return
    if own is None:
        Cart.objects.filter(pk=guest.pk).update(customer_id=customer_id, holder_id=None, version=F("version") + 1)
        return
    lines = list(CartLine.objects.filter(cart=guest))
    taken_over: dict[str, Any] = {
        name: getattr(guest, name) for name in _FILLED_IN if not getattr(own, name) and getattr(guest, name)
    }
    if not CartLine.objects.filter(cart=own).exists():
        taken_over["currency"] = guest.currency  # an empty cart has no prices to keep
    elif own.currency != guest.currency:
        if repricing is None or repricing.currency != own.currency or not _covers(repricing, lines):
            return
        lines, taken_over["notes"] = _reprice(lines, repricing)
    _move_lines(lines, target=own)
    Cart.objects.filter(pk=own.pk).update(version=F("version") + 1, **taken_over)
    Cart.objects.filter(pk=guest.pk).update(status=Cart.Status.MERGED, closed_at=Now())


def _covers(repricing: Repricing, lines: list[CartLine]) -> bool:
    return {line.variant_id for line in lines} <= repricing.prices.keys()


def _reprice(lines: list[CartLine], repricing: Repricing) -> tuple[list[CartLine], list[dict[str, Any]]]:
    """Return the lines that are sold in the other currency, at its prices, and notes on the rest."""
    sold, notes = [], []
    for line in lines:
        if price := repricing.prices[line.variant_id]:
            line.price_seen = price
            sold.append(line)
        else:
            note = {"code": "not_sold_in_currency", "currency": repricing.currency, "quantity": line.quantity}
            notes.append(note | {name: line.snapshot[name] for name in ("title", "sku")})
    return sold, notes


def _move_lines(lines: list[CartLine], *, target: Cart) -> None:
    there = {line.variant_id: line for line in CartLine.objects.filter(cart=target)}
    moved = []
    for line in lines:
        if line.variant_id in there:
            there[line.variant_id].quantity = min(MAX_QUANTITY, there[line.variant_id].quantity + line.quantity)
        else:
            line.cart = target
            moved.append(line)
    CartLine.objects.bulk_update(there.values(), ["quantity"])
    CartLine.objects.bulk_update(moved, ["cart", "price_seen_amount", "price_seen_currency"])
