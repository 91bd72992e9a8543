"""What a product page may promise: when it comes and for how much, from the shipping methods there really are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.conf import settings

from apps.kernel.money import Money
from apps.persistence import moments
from apps.shipping import api as shipping

_SATURDAY = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """The cheapest way to the shop's own country: the days it arrives between, and its price for this product alone."""

    country: str
    earliest: date
    latest: date
    price: Money


def promise_for(*, price: Mapping[str, str]) -> Promise | None:
    """Return the promise for one piece at a price; None where nothing is delivered to the shop's own country."""
    subtotal = Money(Decimal(price["amount"]), price["currency"])
    country = settings.DEFAULT_COUNTRY
    options = shipping.list_shipping_options(
        country=country, region="", currency=subtotal.currency, subtotal=subtotal, weight_grams=0
    )
    if not options:
        return None
    cheapest = min(options, key=lambda option: (option.price.amount, option.max_days))
    today = moments.today()
    return Promise(
        country=country,
        earliest=_after_working_days(today, cheapest.min_days),
        latest=_after_working_days(today, cheapest.max_days),
        price=cheapest.price,
    )


def _after_working_days(day: date, count: int) -> date:
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < _SATURDAY
    return day
