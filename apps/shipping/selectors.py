"""Reads of shipping."""

from __future__ import annotations

from typing import Final

from apps.kernel.money import Money
from apps.persistence.statements import fetch_all
from apps.persistence.zones import DECIDING_ZONE, destination
from apps.shipping.contracts import ShippingOption
from apps.shipping.models import ShippingRate
from apps.web.languages import active_language

# Of each method the smallest bracket that holds the weight; none where the cart is too heavy for all of them.
_OPTIONS: Final = f"""
    WITH zone AS ({DECIDING_ZONE.format(table="shipping_shippingzone")})
    SELECT method.id, coalesce(method.names ->> %(language)s, method.name), method.min_days, method.max_days,
        rate.price_amount, rate.free_from_amount
    FROM zone
    JOIN shipping_shippingmethod method ON method.zone_id = zone.id AND method.is_active
    JOIN LATERAL (
        SELECT price_amount, free_from_amount FROM shipping_shippingrate
        WHERE method_id = method.id AND price_currency = %(currency)s
            AND (max_weight_grams IS NULL OR %(weight)s <= max_weight_grams)
        ORDER BY max_weight_grams NULLS LAST LIMIT 1) rate ON true
    ORDER BY method.position, method.name
"""  # noqa: S608 - our own names, no input

# What costs nothing at any subtotal counts as a threshold of zero.
_FREE_FROM: Final = f"""
    WITH zone AS ({DECIDING_ZONE.format(table="shipping_shippingzone")})
    SELECT min(CASE WHEN rate.price_amount = 0 THEN 0 ELSE rate.free_from_amount END)
    FROM zone
    JOIN shipping_shippingmethod method ON method.zone_id = zone.id AND method.is_active
    JOIN shipping_shippingrate rate ON rate.method_id = method.id AND rate.price_currency = %(currency)s
    WHERE rate.max_weight_grams IS NULL
"""  # noqa: S608 - our own names, no input


def find_free_from(*, country: str, region: str, currency: str) -> Money | None:
    """Return the lowest threshold above zero; None where there is none or delivery is free without."""
    parameters = destination(country=country, region=region) | {"currency": currency}
    ((amount,),) = fetch_all("shipping", _FREE_FROM, parameters)
    return Money(amount, currency) if amount else None


def list_currencies() -> frozenset[str]:
    active = ShippingRate.objects.filter(method__is_active=True)
    return frozenset(active.values_list("price_currency", flat=True).distinct())


def find_options(*, country: str, region: str, subtotal: Money, weight_grams: int) -> tuple[ShippingOption, ...]:
    """Return what the zone of a destination offers for a cart, in one query."""
    parameters = destination(country=country, region=region) | {
        "currency": subtotal.currency,
        "weight": weight_grams,
        "language": active_language(),
    }
    return tuple(
        ShippingOption(
            id=method_id,
            name=name,
            price=Money.zero(subtotal.currency)
            if free_from is not None and subtotal.amount >= free_from
            else Money(price, subtotal.currency),
            min_days=min_days,
            max_days=max_days,
        )
        for method_id, name, min_days, max_days, price, free_from in fetch_all("shipping", _OPTIONS, parameters)
    )
