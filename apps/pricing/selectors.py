"""Reads of pricing."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from apps.persistence.statements import fetch_all
from apps.persistence.zones import DECIDING_ZONE, destination
from apps.pricing.models import EXEMPT, STANDARD


@dataclass(frozen=True, slots=True, kw_only=True)
class Taxes:
    """The taxes of one destination. Rates are fractions (0.19) by tax class."""

    tax_name: str = ""
    prices_include_tax: bool = False
    rates: dict[str, Decimal] = field(default_factory=dict)

    def rate(self, tax_class: str) -> Decimal:
        """Return the rate of a class; where the zone has none, 0 for `exempt` and for any other the standard rate, 0 without one."""
        otherwise = Decimal(0) if tax_class == EXEMPT else self.rates.get(STANDARD, Decimal(0))
        return self.rates.get(tax_class, otherwise)


_TAXES = f"""
    WITH zone AS ({DECIDING_ZONE.format(table="pricing_taxzone")})
    SELECT zone.tax_name, zone.prices_include_tax, rate.tax_class, rate.percent
    FROM zone LEFT JOIN pricing_taxrate rate ON rate.zone_id = zone.id
"""  # noqa: S608 - our own names, no input


def find_taxes(*, country: str, region: str) -> Taxes:
    """Return the taxes of the zone that decides for a destination, in one query; none at all where no zone does."""
    rows = fetch_all("pricing", _TAXES, destination(country=country, region=region))
    if not rows:
        return Taxes()
    tax_name, prices_include_tax, *_ = rows[0]
    rates = {tax_class: percent / 100 for *_, tax_class, percent in rows if tax_class is not None}
    return Taxes(tax_name=tax_name, prices_include_tax=prices_include_tax, rates=rates)
