"""Events of inventory."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from apps.inventory.contracts import StockStatus
from apps.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class AvailabilityChanged(Event):
    """A variant crossed between out, low and in stock. Sales that cross nothing publish nothing."""

    event_type = "inventory.availability_changed.v1"
    key_field = "variant_id"

    variant_id: UUID
    status: StockStatus
    available: int
