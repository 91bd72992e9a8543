"""Errors of inventory."""

from __future__ import annotations

from collections.abc import Sequence

from apps.inventory.contracts import Shortage
from apps.kernel import codec
from apps.kernel.errors import Conflict, NotFound, Unavailable


class InsufficientStock(Conflict):
    """Less is available than was asked for; `lines` says of what. Nothing was taken."""

    code = "insufficient_stock"

    def __init__(self, lines: Sequence[Shortage]) -> None:
        self.lines = tuple(lines)
        super().__init__("Not enough stock for this quantity.", extra={"lines": codec.encode(self.lines)})


class ReservationLost(Conflict):
    """The reservation was released or expired, or never was."""

    code = "reservation_lost"


class ReservationMismatch(Conflict):
    """The reference is taken by a reservation of other lines."""

    code = "reservation_mismatch"


class BelowReserved(Conflict):
    """Stock cannot be set below what is reserved (or counted out of a warehouse that promised it)."""

    code = "below_reserved"

    def __init__(self, *, reserved: int, on_hand: int) -> None:
        self.reserved, self.on_hand = reserved, on_hand
        super().__init__(
            f"{reserved} are reserved, so on_hand cannot be {on_hand}; use {reserved} or more.",
            extra={"reserved": reserved},
        )


class OperationMismatch(Conflict):
    """This operation was done already, and moved something else; nothing moves now."""

    code = "operation_mismatch"

    def __init__(self) -> None:
        super().__init__(
            "This was done already, with other values; nothing changed now. Open the form anew to do more."
        )


class UnknownWarehouse(NotFound):
    """No warehouse has this code."""

    code = "unknown_warehouse"


class ReservationNotAllocated(Conflict):
    """The reservation is not paid for yet: it must be allocated before it ships."""

    code = "reservation_not_allocated"


class ShipmentExceedsReservation(Conflict):
    """More was to be shipped than is still held; `lines` says of what. Nothing was shipped."""

    code = "shipment_exceeds_reservation"

    def __init__(self, lines: Sequence[Shortage]) -> None:
        self.lines = tuple(lines)
        super().__init__("More than is still held for this reference.", extra={"lines": codec.encode(self.lines)})


class StockBusy(Unavailable):
    """So many buyers want the same variant at once that the wait for it was cut short; nothing was taken."""

    code = "stock_busy"
