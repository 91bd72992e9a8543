"""A guest signs in: the guest's cart becomes the customer's, or its lines move into it. Nothing is lost."""

from __future__ import annotations

from uuid import UUID

from django.db.models import F, Q
from django.db.models.functions import Now

from apps.checkout.models import MAX_QUANTITY, Cart, CartLine
from apps.messaging import api as messaging

_FILLED_IN = ("email", "shipping_address", "billing_address", "shipping_method_id")


@messaging.command
def merge_carts(*, customer_id: UUID, guest_cart_id: UUID) -> None:
    """Add a guest's lines to the customer's open cart, or hand the cart over where there is none.

    A variant in both carts is added up, to at most 999. What the guest has filled in fills what the customer has not. A repeat, or the
    loser of two at once, finds the guest's cart closed and does nothing.
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
    taken_over = {name: getattr(guest, name) for name in _FILLED_IN if not getattr(own, name) and getattr(guest, name)}
    if not CartLine.objects.filter(cart=own).exists():
        taken_over["currency"] = guest.currency  # an empty cart has no prices to keep
    _move_lines(source=guest, target=own)
    Cart.objects.filter(pk=own.pk).update(version=F("version") + 1, **taken_over)
    Cart.objects.filter(pk=guest.pk).update(status=Cart.Status.MERGED, closed_at=Now())


def _move_lines(*, source: Cart, target: Cart) -> None:
    there = {line.variant_id: line for line in CartLine.objects.filter(cart=target)}
    moved = []
    for line in CartLine.objects.filter(cart=source):
        if line.variant_id in there:
            there[line.variant_id].quantity = min(MAX_QUANTITY, there[line.variant_id].quantity + line.quantity)
        else:
            moved.append(line.pk)
    CartLine.objects.bulk_update(there.values(), ["quantity"])
    CartLine.objects.filter(pk__in=moved).update(cart=target)
