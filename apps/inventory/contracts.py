"""Values that cross the boundary of inventory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID


class StockStatus(Enum):
    """How much of a variant can be sold, coarsely."""

    OUT = "out"
    LOW = "low"
    IN = "in"


class ReservationStatus(Enum):
    """Where a reservation stands."""

    RESERVED = "reserved"
    ALLOCATED = "allocated"
    RELEASED = "released"
    SHIPPED = "shipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLine:
    """A quantity of one variant; at least 1."""

    variant_id: UUID
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortage:
    """A variant of which less is available than was asked for (sums over all lines of a request)."""

    variant_id: UUID
    requested: int
    available: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """Stock held for one reference."""

    reference: str
    status: ReservationStatus
    expires_at: datetime | None
    lines: tuple[StockLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """What can be sold of a variant now, over all warehouses."""

    variant_id: UUID
    available: int
    status: StockStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLevel:
    """What one warehouse has of a variant."""

    variant_id: UUID
    warehouse: str
    on_hand: int
    reserved: int

    @property
    def available(self) -> int:
        """Return what is there and promised to nobody."""
        return self.on_hand - self.reserved


@dataclass(frozen=True, slots=True, kw_only=True)
class Warehouse:
    """A place that holds stock. Stock of an inactive one is not sold."""

    code: str
    name: str
    is_active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What became of a reservation: the units held per variant, and how many of all of them have left."""

    reference: str
    status: ReservationStatus
    quantities: Mapping[UUID, int]
    shipped: int


class MovementKind(Enum):
    """Why stock came or left."""

    SET = "set"
    SHIPMENT = "shipment"
    ADJUST = "adjust"
    RECEIVE = "receive"
    TRANSFER = "transfer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """A line of the ledger; `quantity` is positive where stock came and negative where it left.

    `reference` is the reservation that a shipment served, `actor` who did it; both may be empty.
    """

    variant_id: UUID
    warehouse: str
    kind: MovementKind
    quantity: int
    reason: str
    actor: str
    reference: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ScarceItem:
    """A variant that is low or out: what can be sold of it now, and with how many it counts as low."""

    variant_id: UUID
    status: StockStatus
    available: int
    low_threshold: int
