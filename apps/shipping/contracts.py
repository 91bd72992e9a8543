"""Values that cross the boundary of shipping."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from apps.kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippingOption:
    """A shipping method with its price for one cart and destination; days are working days."""

    id: UUID
    name: str
    price: Money
    min_days: int
    max_days: int
