"""Carts and quotes in the shape of the API."""

from __future__ import annotations

import hashlib
from typing import Any

from apps.checkout import api as checkout
from apps.kernel import codec
from apps.shipping.contracts import ShippingOption
from apps.web.json import dumps


def cart_document(cart: checkout.Cart) -> dict[str, Any]:
    """Return a cart without its token, which travels in a header."""
    document: dict[str, Any] = codec.encode(cart)
    del document["token"]
    return document


def cart_etag(document: dict[str, Any]) -> str:
    """Return the cart's version, and what else the answer shows: prices and stock change without the cart."""
    return f"{document['version']}.{hashlib.sha256(dumps(document)).hexdigest()[:16]}"


def quote_document(quote: checkout.Quote) -> dict[str, Any]:
    """Return a quote."""
    totals = quote.totals
    chosen = {"id": quote.shipping_method_id, "name": quote.shipping_method_name}
    document: dict[str, Any] = codec.encode(
        {
            "items": quote.cart.items,
            "currency": quote.cart.currency,
            "email": quote.email,
            "shipping_address": quote.shipping_address,
            "billing_address": quote.billing_address,
            "shipping_method": chosen if quote.shipping_method_id else None,
            "subtotal": totals.subtotal,
            "discount": totals.discount,
            "shipping": totals.shipping,
            "tax": totals.tax,
            "total": totals.total,
            "prices_include_tax": totals.prices_include_tax,
            "ready": quote.ready,
            "missing": quote.missing,
        }
    )
    return document


def option_document(option: ShippingOption) -> dict[str, Any]:
    """Return a way to deliver."""
    days = {"min": option.min_days, "max": option.max_days}
    return {"id": option.id, "name": option.name, "price": option.price, "estimated_days": days}
