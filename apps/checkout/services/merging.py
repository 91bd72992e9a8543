"""A guest signs in: the guest's cart becomes the customer's, or its lines move into it. Nothing is lost without a word.

A cart has one currency. Of two it takes the guest's, which the shopper was looking at a moment ago; the customer's where something
would be left out for that. Lines of the other get its prices; what has none there is left out. The cart shows a note on each until
its lines change next.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, Q
from django.db.models.functions import Now

from apps.catalog import api as catalog
from apps.checkout.models import MAX_QUANTITY, Cart, CartLine
from apps.checkout.selectors import StoredCart
from apps.kernel.money import Money
from apps.messaging import api as messaging

_PRICE_SEEN = ("price_seen_amount", "price_seen_currency")
_FILLED_IN = ("email", "shipping_address", "billing_address", "shipping_method_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Repricing:
    """The currency of two carts that become one, and what the variants of the cart in another cost in it; None is not sold in it."""

    currency: str
    prices: Mapping[UUID, Money | None]


def settle_currency(*, guest: StoredCart, own: StoredCart) -> Repricing | None:
    """Return the currency that a guest's and a customer's cart meet in; None where it is the same. At most two queries."""
    if guest.row.currency == own.row.currency:
        return None
    into_guests = _price_lines(own, currency=guest.row.currency) if guest.lines else None
    if into_guests and None not in into_guests.prices.values():
        return into_guests
    return _price_lines(guest, currency=own.row.currency)


def _price_lines(cart: StoredCart, *, currency: str) -> Repricing:
    ids = [line.variant_id for line in cart.lines]
    variants = catalog.get_variants(ids=ids, currency=currency)
    return Repricing(currency=currency, prices={key: variants[key].price if key in variants else None for key in ids})


@messaging.command
def merge_carts(*, customer_id: UUID, guest_cart_id: UUID, repricing: Repricing | None) -> None:
    """Add a guest's lines to the customer's open cart, or hand the cart over where there is none.

    A variant in both carts is added up, to at most 999. What the guest has filled in fills what the customer has not. `repricing` is
    needed where both carts have lines, in different currencies; one into the guest's has a price for all of the customer's lines. A
    repeat, or the loser of two at once, finds the guest's cart closed and does nothing; so does one whose `repricing` does not fit the
    carts any more: look again.
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
    lines, there = _lines(guest), _lines(own)
    taken_over: dict[str, Any] = {
        name: getattr(guest, name) for name in _FILLED_IN if not getattr(own, name) and getattr(guest, name)
    }
    if not there:
        taken_over["currency"] = guest.currency  # an empty cart has no prices to keep
    elif own.currency != guest.currency:
        changing = {own.currency: lines, guest.currency: there}.get(repricing.currency) if repricing else None
        if repricing is None or changing is None or not _covers(repricing, changing):
            return
        sold, notes = _reprice(changing, repricing)
        taken_over |= {"currency": repricing.currency, "notes": notes}
        lines = sold if changing is lines else lines
    _move_lines(lines, there=there, target=own)
    Cart.objects.filter(pk=own.pk).update(version=F("version") + 1, **taken_over)
    Cart.objects.filter(pk=guest.pk).update(status=Cart.Status.MERGED, closed_at=Now())


def _lines(cart: Cart) -> list[CartLine]:
    return list(CartLine.objects.filter(cart=cart).order_by("id"))


def _covers(repricing: Repricing, lines: list[CartLine]) -> bool:
    return {line.variant_id for line in lines} <= repricing.prices.keys()


def _reprice(lines: list[CartLine], repricing: Repricing) -> tuple[list[CartLine], list[dict[str, Any]]]:
    """Return the lines that are sold in the other currency, at its prices, and a note on every line."""
    sold, notes = [], []
    for line in lines:
        if price := repricing.prices[line.variant_id]:
            line.price_seen = price
            sold.append(line)
        code = "priced_in_currency" if price else "not_sold_in_currency"
        note = {"code": code, "currency": repricing.currency, "quantity": line.quantity}
        notes.append(note | {name: line.snapshot[name] for name in ("title", "sku")})
    return sold, notes


def _move_lines(lines: list[CartLine], *, there: list[CartLine], target: Cart) -> None:
    by_variant = {line.variant_id: line for line in there}
    moved = []
    for line in lines:
        if same := by_variant.get(line.variant_id):
            same.quantity = min(MAX_QUANTITY, same.quantity + line.quantity)
        else:
            line.cart = target
            moved.append(line)
    CartLine.objects.bulk_update(there, ["quantity", *_PRICE_SEEN])
    CartLine.objects.bulk_update(moved, ["cart", *_PRICE_SEEN])
