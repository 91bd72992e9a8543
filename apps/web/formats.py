"""Money and days as people of the active language write them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.numbers import format_currency, format_percent
from django.utils.timezone import localtime
from django.utils.translation import get_language

from apps.kernel.money import Money


def locale() -> Locale:
    """Return the locale of the active language."""
    return Locale.parse((get_language() or "en").replace("-", "_"))


def money(value: Money) -> str:
    """Return "€84.90", with the currency's own decimals."""
    return format_currency(value.amount, value.currency, locale=locale())


def price_limit(amount: Decimal, currency: str) -> str:
    """Return the amount that somebody narrows prices by, "€20.50", with every decimal that was asked for."""
    return format_currency(amount, currency, locale=locale(), decimal_quantization=False)


def percent(fraction: Decimal) -> str:
    """Return "19%" or "8.1%" for a fraction, with all of its decimals."""
    return format_percent(fraction.normalize(), locale=locale(), decimal_quantization=False)


def day(at: datetime) -> str:
    """Return the day of a moment, "November 21, 2026"."""
    return format_date(localtime(at), format="long", locale=locale())


def moment(at: datetime) -> str:
    """Return day, time and time zone, "Nov 21, 2026, 14:30 UTC"."""
    local = localtime(at)
    told = ", ".join(format_skeleton(skeleton, local, locale=locale()) for skeleton in ("yMMMd", "Hm"))
    return f"{told} {local.tzname()}"


def weekday(on: date) -> str:
    """Return a day close by, "Tuesday, November 24"."""
    return f"{format_date(on, 'EEEE', locale=locale())}, {format_skeleton('MMMMd', on, locale=locale())}"
