"""Reads of shipping."""

from __future__ import annotations

from itertools import groupby

from django.db.models import Subquery

from apps.kernel.money import Money
from apps.shipping.contracts import ShippingOption
from apps.shipping.models import ShippingMethod, ShippingRate, ShippingZone


def find_options(*, country: str, region: str, subtotal: Money, weight_grams: int) -> tuple[ShippingOption, ...]:
    """Return what the zone of a destination offers for a cart, in one query."""
    zone = ShippingZone.objects.best_for(country=country, region=region).values("id")[:1]
    rates = (
        ShippingRate.objects.filter(
            method__zone_id=Subquery(zone), method__is_active=True, price_currency=subtotal.currency
        )
        .select_related("method")
        .order_by("method__position", "method__name", *ShippingRate.BRACKETS_IN_ORDER)
    )
    options = (
        _option(method, list(brackets), subtotal=subtotal, weight_grams=weight_grams)
        for method, brackets in groupby(rates, key=lambda rate: rate.method)
    )
    return tuple(option for option in options if option is not None)


def _option(
    method: ShippingMethod, rates: list[ShippingRate], *, subtotal: Money, weight_grams: int
) -> ShippingOption | None:
    """Price a method by the smallest bracket that holds the weight; None where the cart is too heavy for all of them."""
    rate = next((rate for rate in rates if rate.holds(weight_grams)), None)
    if rate is None:
        return None
    return ShippingOption(
        id=method.id,
        name=method.name,
        price=Money.zero(subtotal.currency) if rate.is_free(subtotal) else rate.price,
        min_days=method.min_days,
        max_days=method.max_days,
    )
