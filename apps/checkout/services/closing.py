"""Closing a cart that became an order. What was added meanwhile moves to a fresh cart of the same owner."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from django.db.models.functions import Now

from apps.checkout.models import Cart, CartLine
from apps.checkout.services.carts import lifetime_end
from apps.kernel.ids import uuid7
from apps.messaging import api as messaging
from apps.persistence.statements import fetch_all

# Need not wait for the disk: where a crash loses it, the event of the order closes the cart.
_CLOSE_UNCHANGED: Final = """
    UPDATE checkout_cart SET status = 'placed', closed_at = statement_timestamp() WHERE id = %s AND status = 'open' AND version = %s
    RETURNING set_config('synchronous_commit', 'off', true)
"""


def close_cart(*, cart_id: UUID, version: int, ordered: Mapping[UUID, int]) -> None:
    """Close the cart that was ordered at `version`; where it changed since, keep what was not ordered."""
    if not _close_unchanged(cart_id=cart_id, version=version):
        _close_changed(cart_id=cart_id, ordered=ordered)


@messaging.statement
def _close_unchanged(*, cart_id: UUID, version: int) -> bool:
    return bool(fetch_all("checkout", _CLOSE_UNCHANGED, [cart_id, version]))


@messaging.command
def _close_changed(*, cart_id: UUID, ordered: Mapping[UUID, int]) -> None:
    close_ordered_carts({cart_id: ordered})


def close_ordered_carts(carts: Mapping[UUID, Mapping[UUID, int]]) -> None:
    """Close carts inside the caller's transaction; each comes with the quantity of each variant that its order has."""
    still_open = Cart.objects.filter(pk__in=carts, status=Cart.Status.OPEN)
    for cart in still_open.select_for_update(no_key=True).order_by("pk"):
        _close(cart, ordered=carts[cart.pk])


def _close(cart: Cart, *, ordered: Mapping[UUID, int]) -> None:
    Cart.objects.filter(pk=cart.pk).update(status=Cart.Status.PLACED, closed_at=Now())
    left = [
        (line, line.quantity - ordered.get(line.variant_id, 0))
        for line in CartLine.objects.filter(cart=cart).order_by("id")
    ]
    if kept := [(line, quantity) for line, quantity in left if quantity > 0]:
        _start_over(cart, kept)


def _start_over(cart: Cart, kept: list[tuple[CartLine, int]]) -> None:
    fresh = Cart(
        customer_id=cart.customer_id,
        holder_id=cart.holder_id,
        currency=cart.currency,
        version=1,
        email=cart.email,
        shipping_address=cart.shipping_address,
        billing_address=cart.billing_address,
        shipping_method_id=cart.shipping_method_id,
        expires_at=lifetime_end(),
    )
    fresh.save(force_insert=True)
    lines = []
    for line, quantity in kept:
        copy = CartLine(id=uuid7(), cart=fresh, variant_id=line.variant_id, quantity=quantity, snapshot=line.snapshot)
        copy.price_seen = line.price_seen
        lines.append(copy)
    CartLine.objects.bulk_create(lines)


def expire_carts() -> int:
    """Delete carts nobody touched for their lifetime, in short transactions; return how many."""
    total = 0
    while deleted := _expire_batch():
        total += deleted
    return total


@messaging.command
def _expire_batch() -> int:
    old = Cart.objects.select_for_update(skip_locked=True).filter(expires_at__lt=Now()).order_by("expires_at")
    ids = list(old.values_list("pk", flat=True)[:500])
    CartLine.objects.filter(cart_id__in=ids).delete()
    return Cart.objects.filter(pk__in=ids).delete()[0]
