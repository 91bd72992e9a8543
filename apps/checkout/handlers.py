"""Reactions to orders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from apps.checkout.services.closing import close_ordered_carts
from apps.messaging import api as messaging
from apps.orders.events import OrderPlaced


@messaging.subscribe(OrderPlaced, consumer="checkout.close_cart", batch=True)
def close_cart(events: Sequence[OrderPlaced]) -> None:
    """Close the carts of orders whose request died before it could; usually they are closed already."""
    close_ordered_carts({event.cart_id: _ordered(event) for event in events})


def _ordered(event: OrderPlaced) -> Counter[UUID]:
    ordered: Counter[UUID] = Counter()
    for item in event.items:
        ordered[item.variant_id] += item.quantity
    return ordered
