"""Stripe's amounts: integers in the currency's smallest unit as Stripe counts it.

Source: https://docs.stripe.com/currencies#zero-decimal, #three-decimal and #special-cases.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from apps.kernel.errors import Invalid
from apps.kernel.money import Money, currency_decimals

_ZERO_DECIMAL: Final = frozenset("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split())
# Charged in thousandths, whose last digit must be 0.
_THREE_DECIMAL: Final = frozenset("BHD JOD KWD OMR TND".split())
_MOST: Final = 99_999_999


def to_minor(amount: Money) -> int:
    """Return `amount` as Stripe takes it; Invalid (`amount_not_chargeable`) where it cannot take exactly that."""
    minor = amount.amount.scaleb(_decimals(amount.currency))
    step = 10 if amount.currency in _THREE_DECIMAL else 1
    if minor % step:
        smallest = Decimal(step).scaleb(-_decimals(amount.currency))
        raise _not_chargeable(f"{amount} cannot be charged; {amount.currency} goes in steps of {smallest:f}.")
    if not 0 < minor <= _MOST:
        raise _not_chargeable(f"{amount} is outside what can be charged at once.")
    return int(minor)


def from_minor(minor: int, currency: str) -> Money:
    """Return Stripe's integer (currency in any case) as Money."""
    code = currency.upper()
    return Money(Decimal(minor).scaleb(-_decimals(code)), code)


def _decimals(currency: str) -> int:
    if currency in _ZERO_DECIMAL:
        return 0
    if currency in _THREE_DECIMAL:
        return 3
    if currency_decimals(currency) > 2:
        raise _not_chargeable(f"{currency} cannot be charged by card.")
    # Two also for those that have none by ISO 4217 and are not in Stripe's list: ISK and UGX are sent as 5.00.
    return 2


def _not_chargeable(detail: str) -> Invalid:
    return Invalid.field("amount", "amount_not_chargeable", detail)
