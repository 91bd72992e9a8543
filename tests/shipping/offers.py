"""Shipping methods for tests of other apps, which may not touch shipping's tables themselves."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from apps.kernel.ids import uuid7
from apps.kernel.money import Money
from apps.shipping.models import ShippingMethod, ShippingRate, ShippingZone


def withdraw_methods() -> None:
    """Offer nothing anywhere."""
    ShippingMethod.objects.all().delete()


def stop_rates(*, currency: str, method_id: UUID | None = None) -> None:
    """Offer a method, or every one, no more in a currency."""
    rates = ShippingRate.objects.filter(price_currency=currency)
    (rates.filter(method_id=method_id) if method_id else rates).delete()


def offer_methods(count: int, *, country: str = "DE") -> None:
    """Offer `count` more methods to a country, each by weight with two brackets."""
    zone = ShippingZone.objects.get(countries__contains=[country])
    for _ in range(count):
        name = uuid7().hex
        method = ShippingMethod.objects.create(zone=zone, name=name, kind="by_weight", min_days=1, max_days=2)
        ShippingRate.objects.create(method=method, price=Money(Decimal("4.90"), "EUR"), max_weight_grams=1_000)
        ShippingRate.objects.create(method=method, price=Money(Decimal("9.90"), "EUR"))
