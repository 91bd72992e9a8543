"""Values that cross the boundary of pricing."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from apps.kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class PricingLine:
    """A line to price: `key` is the caller's own id for it; `unit_price` as listed in the catalogue."""

    key: UUID
    unit_price: Money
    quantity: int
    tax_class: str = "standard"


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedLine:
    """A priced line. `line_total` is unit price times quantity; `tax` is the tax in it (inclusive) or on top (exclusive)."""

    key: UUID
    unit_price: Money
    quantity: int
    line_total: Money
    discount: Money
    tax: Money
    tax_rate: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What a cart costs. total = subtotal - discount + shipping, plus tax unless `prices_include_tax`."""

    lines: tuple[PricedLine, ...]
    subtotal: Money
    discount: Money
    shipping: Money
    shipping_tax: Money
    tax: Money
    total: Money
    prices_include_tax: bool
    tax_name: str
