"""I1 and I2: nothing is sold that is not there, stock is the sum of what moved it, and nobody holds what nobody needs."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from operator import attrgetter
from typing import Any, Final

from laboratory.checker.registry import Violation, check
from laboratory.checker.run import Groups, Run
from laboratory.checker.tables import (
    Movement,
    Order,
    OrderLine,
    Reservation,
    ReservationLine,
    Shipment,
    ShipmentLine,
    StockLevel,
)

_MOST_ORDERS: Final = 5
# The saga releases what its orders held; the sweeper what never became an order, fifteen minutes after it expired, each minute.
_SWEPT_AFTER_SECONDS: Final = 17 * 60
_HOLDING: Final = ("reserved", "allocated")
_SOLD: Final = ("processing", "shipped", "delivered")


@cache
def _movements(run: Run) -> Groups:
    return Groups(run.rows[Movement], attrgetter("variant_id", "warehouse_id"))


@cache
def _came_since(run: Run) -> Counter[str]:
    """Return the units that staff brought (or took) since the run began, by variant."""
    found: Counter[str] = Counter()
    for row in run.rows[Movement]:
        if row.kind != "shipment" and row.created_at >= run.started_at:
            found[row.variant_id] += row.quantity
    return found


@cache
def _held(run: Run) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for row in run.rows[Reservation]:
        if row.status in _HOLDING:
            for line in run.held_lines_of[row.reference]:
                found[line.variant_id, line.warehouse_id] += line.quantity - line.shipped
    return found


@cache
def _left_in_parcels(run: Run) -> tuple[Counter[tuple[str, str]], Counter[str]]:
    """Return the units that left, by order and variant, and by variant, as the orders' parcels have it."""
    order_of = {row.id: row.order_id for row in run.rows[Shipment]}
    by_order: Counter[tuple[str, str]] = Counter()
    by_variant: Counter[str] = Counter()
    for row in run.rows[ShipmentLine]:
        variant_id = run.variant_of[row.line_id]
        by_order[order_of[row.shipment_id], variant_id] += row.quantity
        by_variant[variant_id] += row.quantity
    return by_order, by_variant


@cache
def _sold(run: Run) -> dict[str, list[tuple[Order, int]]]:
    """Return who bought how much of each variant: all of a paid order, what left of one that was paid back."""
    left, _ = _left_in_parcels(run)
    found = defaultdict(list)
    for line in run.rows[OrderLine]:
        if (order := run.orders[line.order_id]).status in _SOLD:
            found[line.variant_id].append((order, line.quantity))
    for (order_id, variant_id), quantity in left.items():
        if (order := run.orders[order_id]).status not in _SOLD:
            found[variant_id].append((order, quantity))
    return found


def _variants(run: Run) -> Iterable[str]:
    return sorted({*run.settings["opening_stock"], *(row.variant_id for row in run.rows[StockLevel])})


@check("I1", over=lambda run: run.snapshots)
def no_promise_without_stock(run: Run, snapshot: dict[str, Any]) -> Iterator[Violation]:
    """At every moment no warehouse has promised more of a variant than it has, and promised is what live reservations hold."""
    reserved: Counter[str] = Counter()
    for level in snapshot["levels"]:
        reserved[level["variant"]] += level["reserved"]
        if not 0 <= level["reserved"] <= level["on_hand"]:
            detail = f"{level['reserved']} reserved of {level['on_hand']} on hand in warehouse {level['warehouse']}"
            witness = [f"snapshot at {snapshot['at']}: {level}"]
            yield Violation(subject=f"variant {level['variant']}", detail=detail, witness=witness)
    held = Counter({line["variant"]: line["quantity"] for line in snapshot["held"]})
    for variant in sorted({variant for variant in (*reserved, *held) if reserved[variant] != held[variant]}):
        detail = f"{reserved[variant]} reserved, its live reservations hold {held[variant]}"
        yield Violation(subject=f"variant {variant}", detail=detail, witness=[f"snapshot at {snapshot['at']}"])


@check("I1", over=_variants)
def no_oversell(run: Run, variant_id: str) -> Iterator[Violation]:
    """Of no variant more was sold than there was when the run began and came since."""
    there = run.settings["opening_stock"].get(variant_id, 0) + _came_since(run)[variant_id]
    buyers = _sold(run)[variant_id]
    if (sold := sum(quantity for _, quantity in buyers)) > there:
        last = sorted(buyers, key=lambda bought: -bought[0].placed_at)[:_MOST_ORDERS]
        witness = [f"{quantity} by {line}" for order, quantity in last for line in run.tell_order(order.id)]
        detail = f"{sold} units sold, {there} were there"
        yield Violation(
            subject=f"variant {variant_id}",
            detail=detail,
            witness=witness,
            figure="units_oversold",
            amount=sold - there,
        )


@check("I1", over=_variants)
def what_is_there_is_what_is_left(run: Run, variant_id: str) -> Iterator[Violation]:
    """Of every variant the warehouses have what was there when the run began and came since, less what left in parcels."""
    levels = run.levels_of[variant_id]
    on_hand, opening = sum(row.on_hand for row in levels), run.settings["opening_stock"].get(variant_id, 0)
    came, left = _came_since(run)[variant_id], _left_in_parcels(run)[1][variant_id]
    if on_hand != opening + came - left:
        witness = [f"{row.on_hand} on hand, {row.reserved} reserved in warehouse {row.warehouse_id}" for row in levels]
        detail = f"{on_hand} on hand, but {opening} in the beginning, {came} came and {left} left in parcels"
        yield Violation(subject=f"variant {variant_id}", detail=detail, witness=witness)


@check("I2", over=lambda run: run.rows[StockLevel])
def level_is_its_movements_and_reservations(run: Run, level: StockLevel) -> Iterator[Violation]:
    """Every stock level is the sum of its movements, and reserves what its open reservations hold."""
    subject = f"variant {level.variant_id} in warehouse {level.warehouse_id}"
    movements = _movements(run)[level.variant_id, level.warehouse_id]
    if (moved := sum(row.quantity for row in movements)) != level.on_hand:
        told = [f"{row.kind} {row.quantity:+} {row.shipment_id or ''}" for row in movements[-10:]]
        detail = f"{level.on_hand} on hand, its movements add up to {moved}"
        yield Violation(subject=subject, detail=detail, witness=told)
    if (held := _held(run)[level.variant_id, level.warehouse_id]) != level.reserved:
        detail = f"{level.reserved} reserved, its reservations hold {held}"
        yield Violation(subject=subject, detail=detail, witness=_suspects(run, level))


def _suspects(run: Run, level: StockLevel) -> list[str]:
    """Return the reservations that touch the level, those of ended orders first."""
    told = [
        f"reservation {line.reservation_id}: {_statuses(run)[line.reservation_id]}, {line.quantity} held, {line.shipped} shipped"
        for line in _lines_at(run)[level.variant_id, level.warehouse_id]
    ]
    return sorted(told, key=lambda text: "released" not in text)[:_MOST_ORDERS]


@cache
def _lines_at(run: Run) -> Groups:
    return Groups(run.rows[ReservationLine], attrgetter("variant_id", "warehouse_id"))


@cache
def _statuses(run: Run) -> dict[str, str]:
    return {row.reference: row.status for row in run.rows[Reservation]}


@cache
def _needed_by(run: Run) -> dict[str, Order]:
    return {order.reservation: order for order in run.orders.values()}


@check("I2", over=lambda run: run.rows[Reservation])
def no_hold_without_need(run: Run, row: Reservation) -> Iterator[Violation]:
    """After all is quiet, stock is held only for orders that still need it, or by carts for a while."""
    if row.status not in _HOLDING:
        return
    order, units = _needed_by(run).get(row.reference), sum(line.quantity for line in run.held_lines_of[row.reference])
    if order is None:
        if row.status == "reserved" and (row.expires_at or 0) + _SWEPT_AFTER_SECONDS > run.ended_at:
            return
        detail = f"holds {units} units, {row.status}, for no order"
        yield Violation(subject=f"reservation {row.reference}", detail=detail)
    elif (order.status, row.status) not in (("awaiting_payment", "reserved"), ("processing", "allocated")):
        detail = f"holds {units} units, {row.status}, for an order that is {order.status}"
        witness = run.tell_order(order.id) + run.tell_events(order.id)
        yield Violation(subject=f"reservation {row.reference}", detail=detail, witness=witness)


@check("I2", over=lambda run: run.orders.values())
def order_holds_its_lines(run: Run, order: Order) -> Iterator[Violation]:
    """Every order that is paid holds its own lines, no more and no less, and what left of it left the stock."""
    if order.status not in _SOLD:
        return
    wanted: Counter[str] = Counter()
    for line in run.lines_of[order.id]:
        wanted[line.variant_id] += line.quantity
    held: Counter[str] = Counter()
    for line in run.held_lines_of[order.reservation]:
        held[line.variant_id] += line.quantity
    shipped = sum(line.shipped for line in run.held_lines_of[order.reservation])
    witness = [*run.tell_order(order.id), f"wanted {dict(wanted)}, held {dict(held)} under {order.reservation}"]
    if held != wanted:
        yield Violation(subject=f"order {order.id}", detail="holds other stock than its lines", witness=witness)
    if shipped != order.shipped_count:
        detail = f"{order.shipped_count} units left by its parcels, {shipped} by its stock"
        yield Violation(subject=f"order {order.id}", detail=detail, witness=witness)
