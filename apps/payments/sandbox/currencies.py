"""Decimals per currency as Stripe counts them (https://docs.stripe.com/currencies).

Stripe treats ISK and UGX as two-decimal currencies for compatibility, unlike ISO 4217.
"""

from __future__ import annotations

from decimal import Decimal

ZERO_DECIMAL = frozenset("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split())
THREE_DECIMAL = frozenset("BHD JOD KWD OMR TND".split())
SUPPORTED = (
    ZERO_DECIMAL
    | THREE_DECIMAL
    | frozenset(
        "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BWP BYN BZD CAD CDF CHF CNY "
        "COP CRC CVE CZK DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR ISK "
        "JMD KES KGS KHR KYD KZT LAK LBP LKR LRD LSL MAD MDL MKD MMK MNT MOP MUR MVR MWK MXN MYR MZN NAD NGN NIO "
        "NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SEK SGD SHP SLE SOS SRD STD SZL THB TJS "
        "TOP TRY TTD TWD TZS UAH UGX USD UYU UZS WST XCD YER ZAR ZMW".split()
    )
)


def decimals(currency: str) -> int:
    code = currency.upper()
    if code in ZERO_DECIMAL:
        return 0
    return 3 if code in THREE_DECIMAL else 2


def display(amount: int, currency: str) -> str:
    """`8490, "eur"` as `84.90 EUR`; `amount` in minor units."""
    return f"{Decimal(amount).scaleb(-decimals(currency)):f} {currency.upper()}"
