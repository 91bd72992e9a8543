"""Published interface of inventory: what is there, what is promised, and what left.

Every write is a command: one durable transaction, one round trip to take or give back the stock of a whole order. Quantities are whole
units of a variant. Variants are known by id only; a variant nobody set stock for has none.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from apps.inventory import selectors, services
from apps.inventory.contracts import (
    Availability,
    Holding,
    Movement,
    MovementKind,
    Reservation,
    ReservationStatus,
    ScarceItem,
    Shortage,
    StockLevel,
    StockLine,
    StockStatus,
    Warehouse,
)
from apps.inventory.errors import (
    BelowReserved,
    InsufficientStock,
    OperationMismatch,
    ReservationLost,
    ReservationMismatch,
    ReservationNotAllocated,
    ShipmentExceedsReservation,
    StockBusy,
    UnknownWarehouse,
)
from apps.kernel.pages import Page
from apps.messaging import api as messaging
from apps.web.pagination import PageParams

__all__ = [
    "Availability",
    "BelowReserved",
    "Holding",
    "InsufficientStock",
    "Movement",
    "MovementKind",
    "OperationMismatch",
    "Reservation",
    "ReservationLost",
    "ReservationMismatch",
    "ReservationNotAllocated",
    "ReservationStatus",
    "ScarceItem",
    "ShipmentExceedsReservation",
    "Shortage",
    "StockBusy",
    "StockLevel",
    "StockLine",
    "StockStatus",
    "UnknownWarehouse",
    "Warehouse",
    "adjust_stock",
    "allocate_reservation",
    "count_low_items_by_rest",
    "count_scarce_items",
    "extend_reservation",
    "get_availability",
    "get_holdings",
    "get_reservation",
    "get_stock_levels",
    "list_ledger",
    "list_movements",
    "list_scarce_items",
    "list_warehouses",
    "receive_stock",
    "release_expired",
    "release_reservation",
    "reserve_stock",
    "set_on_hand",
    "set_stock_levels",
    "ship_reservation",
    "transfer_stock",
]

_BULK = 1000


def reserve_stock(*, reference: str, lines: Sequence[StockLine], expires_in_seconds: int) -> Reservation:
    """Hold stock for a whole order, all of it or none.

    `reference` (1-200 characters) names the reservation for ever: a repeat with the same quantities per variant returns the same
    reservation and takes nothing, and moves its expiry to `expires_in_seconds` from now where that is later. Lines of one variant are added
    up. Stock is taken from active warehouses by priority, from several where one has too little. Where all apps share a database, a crash
    of its server keeps the reservation if it keeps any later commit, such as that of the order.

    Raises InsufficientStock (`lines`: every variant that is short, with what is available), ReservationMismatch (the reference holds other
    lines), ReservationLost (the reference was released before, or expired), StockBusy (waited three seconds for other buyers; try
    again) and Invalid (no lines, a quantity below 1 or above a billion).
    """
    return services.reserve_stock(reference=reference, lines=lines, expires_in_seconds=expires_in_seconds)


@messaging.command
def extend_reservation(*, reference: str, expires_in_seconds: int) -> Reservation:
    """Hold a reservation for at least `expires_in_seconds` from now; never shortens it.

    An allocated or shipped reservation does not expire and is returned as it is. Raises ReservationLost where nothing is held.
    """
    return services.extend_reservation(reference=reference, expires_in_seconds=expires_in_seconds)


@messaging.command
def allocate_reservation(*, reference: str) -> Reservation:
    """Make a reservation permanent because it was paid for; a repeat changes nothing.

    Of an allocation and a release (or the expiry) at the same moment exactly one wins. Raises ReservationLost where the release did.
    """
    return services.allocate_reservation(reference=reference)


@messaging.command
def release_reservation(*, reference: str) -> None:
    """Give back what has not been shipped of a reservation, reserved or allocated; a repeat changes nothing.

    Without a reservation it leaves a tombstone, so that a reserve of the same reference that arrives late takes nothing.
    """
    services.release_reservations(references=[reference])


@messaging.command
def ship_reservation(*, reference: str, lines: Sequence[StockLine], shipment_id: UUID) -> None:
    """Take what a parcel holds out of the warehouses: `on_hand` and `reserved` fall by it, and the movement is recorded.

    Idempotent per `shipment_id`. An order may leave in several shipments; after the last one the reservation is `shipped`. Raises
    ReservationNotAllocated, ReservationLost, ShipmentExceedsReservation (`lines`) and ReservationMismatch (the shipment's id was used for
    other lines).
    """
    services.ship_reservation(reference=reference, lines=lines, shipment_id=shipment_id)


@messaging.command
def set_on_hand(
    *,
    variant_id: UUID,
    on_hand: int,
    reason: str,
    warehouse: str = "",
    actor: str = "",
    if_on_hand: Mapping[str, int] | None = None,
) -> StockLevel:
    """Set how many units of a variant a warehouse has, and record the difference with `reason` and `actor`.

    `warehouse` is a code; empty means the active one with the lowest priority number. The level is made where it is missing.
    With `if_on_hand` (units by warehouse code, as the caller read them; 0 where missing) it is set only if that still holds there, else
    PreconditionFailed.

    Raises BelowReserved (nothing changes), UnknownWarehouse and Invalid (`on_hand` outside 0 to a billion, no reason).
    """
    return services.set_on_hand(
        variant_id=variant_id,
        on_hand=on_hand,
        reason=reason,
        warehouse=warehouse,
        actor=actor,
        if_on_hand=if_on_hand,
    )


def set_stock_levels(
    *, levels: Mapping[UUID, int], reason: str, warehouse: str = "", actor: str = ""
) -> tuple[StockLevel, ...]:
    """Set `on_hand` of many variants in one warehouse, as `set_on_hand` does, in transactions of a thousand each.

    Returns the levels that were left alone because more is reserved than they were to be set to. A run that was cut short can be repeated:
    what is set already does not move again. Raises UnknownWarehouse and Invalid.
    """
    refused: list[StockLevel] = []
    for batch in _batches(levels):
        refused += _set_batch(levels=batch, reason=reason, warehouse=warehouse, actor=actor)
    return tuple(refused)


_set_batch = messaging.command(services.set_stock_levels)


@messaging.command
def receive_stock(
    *, quantities: Mapping[UUID, int], warehouse: str, reason: str, actor: str, operation_id: UUID
) -> None:
    """Add what a delivery brought to a warehouse (its code): units by variant id, 1 to a billion each; all or nothing.

    `reason` (1-200 characters) names the delivery, `actor` who took it in. `operation_id` names this delivery for ever: a repeat adds
    nothing. Raises OperationMismatch (it moved something else), UnknownWarehouse and Invalid.
    """
    services.receive_stock(
        quantities=quantities, warehouse=warehouse, reason=reason, actor=actor, operation_id=operation_id
    )


@messaging.command
def adjust_stock(*, changes: Mapping[UUID, int], warehouse: str, reason: str, actor: str, operation_id: UUID) -> None:
    """Add units by variant id (below zero: take away) to what a warehouse has, for a reason such as damage or a count; all or nothing.

    A repeat of `operation_id` changes nothing. Raises BelowReserved (nothing changes), OperationMismatch (it moved something else),
    UnknownWarehouse and Invalid.
    """
    services.adjust_stock(changes=changes, warehouse=warehouse, reason=reason, actor=actor, operation_id=operation_id)


@messaging.command
def transfer_stock(
    *, variant_id: UUID, quantity: int, source: str, target: str, reason: str, actor: str, operation_id: UUID
) -> None:
    """Move units of a variant from one warehouse (its code) to another, in one step.

    What is reserved stays where it is promised from. A repeat of `operation_id` moves nothing. Raises BelowReserved (of the source;
    nothing moves), OperationMismatch (it moved something else), UnknownWarehouse and Invalid (`target` is the source, `quantity` below 1).
    """
    services.transfer_stock(
        variant_id=variant_id,
        quantity=quantity,
        source=source,
        target=target,
        reason=reason,
        actor=actor,
        operation_id=operation_id,
    )


def list_warehouses() -> tuple[Warehouse, ...]:
    """Return all warehouses, those taken from first at the top; one query."""
    return selectors.list_warehouses()


def list_movements(*, variant_ids: Collection[UUID], limit: int = 50) -> tuple[Movement, ...]:
    """Return the newest movements of some variants, newest first; one query."""
    return selectors.list_movements(variant_ids=variant_ids, limit=limit)


def list_ledger(*, params: PageParams, kind: MovementKind | None = None) -> Page[Movement]:
    """Return a page of the movements of all variants, newest first, where wanted of one kind; one query."""
    return selectors.list_ledger(params=params, kind=kind)


def count_scarce_items() -> Mapping[StockStatus, int]:
    """Return how many variants are low and how many are out; one query over those alone."""
    return selectors.count_scarce_items()


def count_low_items_by_rest() -> Mapping[int, int]:
    """Return of how many low variants so many units are left to sell, by that number; one query over those alone."""
    return selectors.count_low_items_by_rest()


def list_scarce_items(*, status: StockStatus, params: PageParams) -> Page[ScarceItem]:
    """Return a page of the variants that are low, or out; one query."""
    return selectors.list_scarce_items(status=status, params=params)


def release_expired() -> int:
    """Release reservations that nobody allocated, extended or released until fifteen minutes after they expired; return how many."""
    released = 0
    while count := _release_expired_batch():
        released += count
    return released


_release_expired_batch = messaging.command(services.release_expired_batch)


def get_availability(*, variant_ids: Collection[UUID]) -> dict[UUID, Availability]:
    """Return what can be sold of each variant now, over all active warehouses; 0 and OUT for a variant without stock. One query."""
    return selectors.get_availability(variant_ids=variant_ids)


def get_holdings(*, references: Collection[str]) -> dict[str, Holding]:
    """Return what became of reservations, by reference, those that were made; two queries."""
    return selectors.get_holdings(references=references)


def get_stock_levels(*, variant_ids: Collection[UUID]) -> dict[UUID, tuple[StockLevel, ...]]:
    """Return each variant's level in every warehouse that has one, by warehouse priority; empty for an unknown variant. One query."""
    return selectors.get_stock_levels(variant_ids=variant_ids)


def get_reservation(*, reference: str) -> Reservation | None:
    """Return the reservation of `reference` with its quantities per variant as reserved, or None."""
    return selectors.find_reservation(reference=reference)


def _batches(levels: Mapping[UUID, int]) -> list[dict[UUID, int]]:
    items = list(levels.items())
    return [dict(items[start : start + _BULK]) for start in range(0, len(items), _BULK)]
