"""Reactions to orders."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

from apps.checkout.services.closing import close_ordered_cart
from apps.messaging import api as messaging
from apps.orders.events import OrderPlaced


@messaging.subscribe(OrderPlaced, consumer="checkout.close_cart")
def close_cart(event: OrderPlaced) -> None:
    """Close the cart of an order whose request died before it could; usually it is closed already."""
    ordered: Counter[UUID] = Counter()
    for item in event.items:
        ordered[item.variant_id] += item.quantity
    close_ordered_cart(cart_id=event.cart_id, ordered=ordered)
