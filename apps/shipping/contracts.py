"""Values that cross the boundary of shipping."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from apps.kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippingOption:
    """A shipping method with its price for one cart and destination; days are working days, `name` is in the active language."""

    id: UUID
    name: str
    price: Money
    min_days: int
    max_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeDelivery:
    """From which subtotal on a cart is delivered to `country` for nothing, and how much it is short of that; zero once it is there."""

    country: str
    threshold: Money
    remaining: Money
