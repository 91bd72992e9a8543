"""Money as people write it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from babel.numbers import format_currency
from django import template
from django.utils.translation import get_language

from apps.kernel.money import Money

register = template.Library()


@register.filter
def money(value: Money | Mapping[str, Any] | None) -> str:
    """Return "€84.90" for Money or for the API's {"amount", "currency"}; nothing for nothing."""
    if not value:
        return "" if not isinstance(value, Money) else _format(value.amount, value.currency)
    if isinstance(value, Money):
        return _format(value.amount, value.currency)
    return _format(Decimal(value["amount"]), value["currency"])


def _format(amount: Decimal, currency: str) -> str:
    return format_currency(amount, currency, locale=(get_language() or "en").replace("-", "_"))


@register.filter
def words(value: object) -> str:
    """Return "awaiting payment" for an enum member or "awaiting_payment"."""
    return str(getattr(value, "value", value)).replace("_", " ")
