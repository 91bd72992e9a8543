"""Writes of inventory. Each runs inside its caller's transaction, but for reserving; `api` makes commands of them.

Stock moves in PL/pgSQL (migration 0003): one round trip per operation, locks in one order, nothing held while Python thinks.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NoReturn
from uuid import UUID

from django.db import DataError, IntegrityError, OperationalError
from django.db.models import QuerySet
from django.db.models.functions import Greatest, Now
from psycopg import errors as pg

from apps.inventory import selectors
from apps.inventory.contracts import Reservation, ReservationStatus, Shortage, StockLevel, StockLine, StockStatus
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
from apps.inventory.events import AvailabilityChanged
from apps.inventory.models import (
    LEVEL_AT_MOST,
    MAX_QUANTITY,
    REFERENCE_LENGTH,
    StockItem,
    StockMovement,
    StockReservation,
    Warehouse,
)
from apps.inventory.models import StockLevel as StockLevelRow
from apps.kernel.errors import Invalid, PreconditionFailed
from apps.kernel.ids import uuid7
from apps.messaging import api as messaging
from apps.persistence.databases import commit_for_later
from apps.persistence.statements import broken_constraint, fetch_all, write_array

MAX_SECONDS = 366 * 24 * 3600
MAX_TEXT = 200
# The saga releases its own reservations; the sweeper takes over only where that has clearly not happened.
SWEEP_GRACE = timedelta(minutes=15)
SWEEP_BATCH = 100


def reserve_stock(*, reference: str, lines: Sequence[StockLine], expires_in_seconds: int) -> Reservation:
    _check_text("reference", reference, limit=REFERENCE_LENGTH)
    _check_lines(lines)
    _check_number("expires_in_seconds", expires_in_seconds, least=1, most=MAX_SECONDS)
    arguments = (reference, *_columns(lines), expires_in_seconds)
    if answer := _reserve_alone(*arguments):
        return _to_reservation(answer, reference=reference)
    return _reserve_and_announce(*arguments)


@messaging.statement
def _reserve_alone(*arguments: Any) -> dict[str, Any] | None:
    """Reserve where nothing has to be announced, which is nearly always; else change nothing and return None.

    Its commit waits for the disk only with that of the order which relies on it.
    """
    answer: dict[str, Any] | None = _call(
        "SELECT inventory_reserve_alone(%s, %s::uuid[], %s::bigint[], %s), set_config('synchronous_commit', %s, true)",
        *arguments,
        commit_for_later(),
    )
    return answer


@messaging.command
def _reserve_and_announce(*arguments: Any) -> Reservation:
    answer = _call("SELECT inventory_reserve(%s, %s::uuid[], %s::bigint[], %s)", *arguments)
    reservation = _to_reservation(answer, reference=arguments[0])
    _announce(answer["crossed"])
    return reservation


def _to_reservation(answer: Mapping[str, Any], *, reference: str) -> Reservation:
    if answer["outcome"] not in ("taken", "held"):
        _refuse(answer, reference=reference)
    return Reservation(
        reference=reference,
        status=ReservationStatus(answer["status"]),
        expires_at=datetime.fromisoformat(answer["expires_at"]) if answer["expires_at"] else None,
        lines=tuple(StockLine(variant_id=UUID(key), quantity=int(n)) for key, n in sorted(answer["lines"].items())),
    )


def extend_reservation(*, reference: str, expires_in_seconds: int) -> Reservation:
    _check_number("expires_in_seconds", expires_in_seconds, least=1, most=MAX_SECONDS)
    until = Now() + timedelta(seconds=expires_in_seconds)
    _reserved(reference).update(expires_at=Greatest("expires_at", until))
    return _require_held(reference)


def allocate_reservation(*, reference: str) -> Reservation:
    _reserved(reference).update(status=StockReservation.Status.ALLOCATED, expires_at=None)
    return _require_held(reference)


def release_reservations(*, references: Sequence[str]) -> None:
    for reference in references:
        _check_text("reference", reference, limit=REFERENCE_LENGTH)
    _announce(_call("SELECT inventory_release(%s::text[])", list(references)))


def release_expired_batch() -> int:
    expired = (
        StockReservation.objects.select_for_update(skip_locked=True, no_key=True)
        .filter(status=StockReservation.Status.RESERVED, expires_at__lt=Now() - SWEEP_GRACE)
        .order_by("expires_at")
        .values_list("reference", flat=True)
    )
    references = list(expired[:SWEEP_BATCH])
    if references:
        release_reservations(references=references)
    return len(references)


def ship_reservation(*, reference: str, lines: Sequence[StockLine], shipment_id: UUID) -> None:
    _check_lines(lines)
    answer = _call("SELECT inventory_ship(%s, %s, %s::uuid[], %s::bigint[])", reference, shipment_id, *_columns(lines))
    if answer["outcome"] not in ("shipped", "repeated"):
        _refuse(answer, reference=reference)


def set_on_hand(
    *, variant_id: UUID, on_hand: int, reason: str, warehouse: str, actor: str, if_on_hand: Mapping[str, int] | None
) -> StockLevel:
    place = _find_warehouse(warehouse)
    answer = _set(place=place, levels={variant_id: on_hand}, reason=reason, actor=actor)
    (level,) = answer["levels"]
    if if_on_hand is not None and if_on_hand.get(place.code, 0) != level["before"]:
        raise PreconditionFailed(f"{place.code} has {level['before']} on hand by now; read it again.")
    if level["on_hand"] != on_hand:
        raise BelowReserved(reserved=level["reserved"], on_hand=on_hand)
    _announce(answer["crossed"])
    return _to_level(level, warehouse=place.code)


def set_stock_levels(*, levels: Mapping[UUID, int], reason: str, warehouse: str, actor: str) -> tuple[StockLevel, ...]:
    place = _find_warehouse(warehouse)
    answer = _set(place=place, levels=levels, reason=reason, actor=actor)
    _announce(answer["crossed"])
    found = [_to_level(level, warehouse=place.code) for level in answer["levels"]]
    return tuple(level for level in found if level.on_hand != levels[level.variant_id])


def receive_stock(
    *, quantities: Mapping[UUID, int], warehouse: str, reason: str, actor: str, operation_id: UUID
) -> None:
    place = _find_warehouse(warehouse)
    if not quantities:
        raise Invalid.field("quantities", "required", "Name at least one variant that came.")
    for variant_id, quantity in quantities.items():
        _check_number(f"quantities.{variant_id}", quantity, least=1, most=MAX_QUANTITY)
    changes = [(variant_id, place, quantity) for variant_id, quantity in quantities.items()]
    _move(StockMovement.Kind.RECEIVE, changes, reason=reason, actor=actor, operation_id=operation_id)


def adjust_stock(*, changes: Mapping[UUID, int], warehouse: str, reason: str, actor: str, operation_id: UUID) -> None:
    place = _find_warehouse(warehouse)
    if not changes:
        raise Invalid.field("changes", "required", "Name at least one variant.")
    for variant_id, change in changes.items():
        if change == 0:
            raise Invalid.field(f"changes.{variant_id}", "out_of_range", "0 changes nothing; use more or less than 0.")
        _check_number(f"changes.{variant_id}", change, least=-MAX_QUANTITY, most=MAX_QUANTITY)
    moves = [(variant_id, place, change) for variant_id, change in changes.items()]
    _move(StockMovement.Kind.ADJUST, moves, reason=reason, actor=actor, operation_id=operation_id)


def transfer_stock(
    *, variant_id: UUID, quantity: int, source: str, target: str, reason: str, actor: str, operation_id: UUID
) -> None:
    origin, goal = _find_warehouse(source), _find_warehouse(target)
    if origin == goal:
        raise Invalid.field("target", "same_warehouse", f"{target!r} is where it is already; name another warehouse.")
    _check_number("quantity", quantity, least=1, most=MAX_QUANTITY)
    changes = [(variant_id, origin, -quantity), (variant_id, goal, quantity)]
    _move(StockMovement.Kind.TRANSFER, changes, reason=reason, actor=actor, operation_id=operation_id)


def _move(
    kind: StockMovement.Kind,
    changes: Sequence[tuple[UUID, Warehouse, int]],
    *,
    reason: str,
    actor: str,
    operation_id: UUID,
) -> None:
    _check_text("reason", reason, limit=MAX_TEXT)
    _check_text("actor", actor, limit=MAX_TEXT)
    variants, places, quantities = zip(*changes, strict=True)
    try:
        answer = _call(
            "SELECT inventory_move(%s, %s::uuid[], %s::uuid[], %s::uuid[], %s::integer[], %s, %s, %s)",
            kind.value,
            [uuid7() for _ in changes],
            list(variants),
            [place.pk for place in places],
            list(quantities),
            reason,
            actor,
            operation_id,
        )
    except (IntegrityError, DataError) as error:
        if isinstance(error.__cause__, pg.NumericValueOutOfRange) or broken_constraint(error) == LEVEL_AT_MOST:
            too_much = f"would be too high; a warehouse holds at most {MAX_QUANTITY:,} of a variant."
            raise Invalid.field("on_hand", "out_of_range", too_much) from error
        raise
    if answer["outcome"] == "below":
        raise BelowReserved(**answer["below"][0])
    if answer["outcome"] == "other":
        raise OperationMismatch
    _announce(answer["crossed"])


def warehouse_changed(warehouse: Warehouse) -> None:
    """Bring the status of everything in the warehouse up to date: it may have opened or closed."""
    _settle(list(StockLevelRow.objects.filter(warehouse=warehouse).values_list("variant_id", flat=True)))


def stock_item_changed(item: StockItem) -> None:
    """Bring the item's status up to date: its threshold may have moved."""
    _settle([item.variant_id])


def _settle(variant_ids: list[UUID]) -> None:
    _call("SELECT inventory_lock_items(%s::uuid[])", variant_ids)
    _announce(_call("SELECT inventory_settle(%s::uuid[])", variant_ids))


def _set(*, place: Warehouse, levels: Mapping[UUID, int], reason: str, actor: str) -> dict[str, Any]:
    _check_text("reason", reason, limit=MAX_TEXT)
    if actor:
        _check_text("actor", actor, limit=MAX_TEXT)
    for on_hand in levels.values():
        _check_number("on_hand", on_hand, least=0, most=MAX_QUANTITY)
    answer: dict[str, Any] = _call(
        "SELECT inventory_set_on_hand(%s, %s::uuid[], %s::uuid[], %s::integer[], %s, %s)",
        place.id,
        [uuid7() for _ in levels],
        list(levels),
        list(levels.values()),
        reason,
        actor,
    )
    return answer


def _find_warehouse(code: str) -> Warehouse:
    if code:
        found = Warehouse.objects.filter(code=code).first()
        hint = f"No warehouse has the code {code!r}."
    else:
        found = Warehouse.objects.filter(is_active=True).first()
        hint = "There is no active warehouse; name one by its code."
    if found is None:
        raise UnknownWarehouse(hint)
    return found


def _to_level(level: Mapping[str, Any], *, warehouse: str) -> StockLevel:
    return StockLevel(
        variant_id=UUID(level["variant_id"]), warehouse=warehouse, on_hand=level["on_hand"], reserved=level["reserved"]
    )


def _reserved(reference: str) -> QuerySet[StockReservation]:
    """Return the row as a queryset that is empty unless it is still `reserved`: an update of it has one winner."""
    return StockReservation.objects.filter(reference=reference, status=StockReservation.Status.RESERVED)


def _require_held(reference: str) -> Reservation:
    found = selectors.find_reservation(reference=reference)
    if found is None or found.status is ReservationStatus.RELEASED:
        _refuse({"outcome": "lost"}, reference=reference)
    return found


def _refuse(answer: Mapping[str, Any], *, reference: str) -> NoReturn:
    """Raise what the outcome of a function means; the command around rolls back."""
    outcome = answer["outcome"]
    if outcome in ("short", "excess"):
        lines = [Shortage(**{**line, "variant_id": UUID(line["variant_id"])}) for line in answer["short"]]
        raise InsufficientStock(lines) if outcome == "short" else ShipmentExceedsReservation(lines)
    if outcome == "lost":
        raise ReservationLost(f"Nothing is held for {reference}: released, expired or never reserved.")
    if outcome == "unallocated":
        raise ReservationNotAllocated(f"{reference} is reserved and not allocated yet.")
    raise ReservationMismatch(f"{reference} was used for other lines.")


def _announce(crossed: Sequence[Mapping[str, Any]]) -> None:
    messaging.publish_many(
        [
            (
                AvailabilityChanged(
                    variant_id=UUID(item["variant_id"]),
                    status=StockStatus(item["status"]),
                    available=item["available"],
                ),
                item["version"],
            )
            for item in crossed
        ]
    )


def _columns(lines: Sequence[StockLine]) -> tuple[str, str]:
    return write_array(line.variant_id for line in lines), write_array(line.quantity for line in lines)


def _call(sql: str, *arguments: Any) -> Any:
    """Run one of inventory's functions and return its JSON answer."""
    try:
        answer = fetch_all("inventory", sql, arguments)[0][0]
    except OperationalError as error:
        if isinstance(error.__cause__, pg.LockNotAvailable):
            raise StockBusy("Many buyers want this at once; try again in a moment.") from error
        raise
    return json.loads(answer) if answer else None


def _check_lines(lines: Sequence[StockLine]) -> None:
    if not lines:
        raise Invalid.field("lines", "required", "Name at least one line.")
    for number, line in enumerate(lines):
        _check_number(f"lines.{number}.quantity", line.quantity, least=1, most=MAX_QUANTITY)


def _check_number(field: str, value: int, *, least: int, most: int) -> None:
    if not least <= value <= most:
        raise Invalid.field(field, "out_of_range", f"{value} is not possible; use {least} to {most}.")


def _check_text(field: str, value: str, *, limit: int) -> None:
    if not value.strip() or len(value) > limit or "\0" in value:
        raise Invalid.field(field, "invalid_text", f"{value[:50]!r} is not possible; use 1 to {limit} characters.")
