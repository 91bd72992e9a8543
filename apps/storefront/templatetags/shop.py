"""What templates need: money as people write it, the shop's name."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from babel import Locale
from babel.numbers import format_currency
from django import template
from django.conf import settings
from django.utils.translation import get_language

from apps.kernel.money import Money
from apps.media import api as media

register = template.Library()


@register.filter
def money(value: Money | Mapping[str, Any] | None) -> str:
    """Return "€84.90" for Money or for the API's {"amount", "currency"}, with the currency's own decimals; nothing for nothing."""
    if isinstance(value, Money):
        return _format(value.amount, value.currency)
    return _format(Decimal(value["amount"]), value["currency"]) if value else ""


def _format(amount: Decimal, currency: str) -> str:
    return format_currency(amount, currency, locale=(get_language() or "en").replace("-", "_"))


@register.filter
def words(value: object) -> str:
    """Return "awaiting payment" for an enum member or "awaiting_payment"."""
    return str(getattr(value, "value", value)).replace("_", " ")


@register.filter
def country(code: str) -> str:
    """Return the name of a country, "Germany" for "DE"."""
    return str(Locale("en").territories.get(code, code))


@register.filter
def srcset(url: str) -> str:
    """Return the widths a stored picture may be shown in, for the attribute of that name; nothing for a foreign one."""
    return media.srcset(url)


@register.simple_tag
def shop_name() -> str:
    """Return the shop's name; also where a page is shown without the frame's context."""
    name: str = settings.SHOP_NAME
    return name
