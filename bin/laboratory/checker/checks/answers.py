"""I5: what was answered is true, for ever, and a request that was sent twice was done once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache
from operator import attrgetter
from typing import Final

from laboratory.checker.log import Call
from laboratory.checker.registry import Violation, check
from laboratory.checker.run import Groups, Run
from laboratory.checker.tables import Refund

_KEYED: Final = ("place", "refund")


def _acknowledged(operation: str) -> Callable[[Run], list[Call]]:
    return lambda run: [call for call in run.calls if call.operation == operation and call.phase == "ok"]


@check("I5", over=_acknowledged("place"))
def acknowledged_order_exists(run: Run, call: Call) -> Iterator[Violation]:
    """Every order that a buyer was told of is there, is that of his cart, and costs what he was told."""
    row = run.orders.get(call.order or "")
    if row is None:
        yield Violation(
            subject=f"order {call.order}", detail="acknowledged, and not there", witness=[str(call)], figure="lost"
        )
        return
    wrong = []
    if call.cart and row.cart_id != call.cart:
        wrong.append(f"told of for cart {call.cart}, and is that of cart {row.cart_id}")
    told = call.body.get("total") or {}
    if told and (row.total_amount, row.total_currency) != _amount(told):
        wrong.append(f"told to cost {told['amount']} {told['currency']}")
    if wrong:
        witness = [str(call), *run.tell_order(row.id)]
        yield Violation(subject=f"order {row.id}", detail="; ".join(wrong), witness=witness)


def _amount(money: dict[str, str]) -> tuple[object, str]:
    return Decimal(money["amount"]), money["currency"]


def _by_key(run: Run) -> list[list[Call]]:
    keyed = [call for call in run.calls if call.operation in _KEYED and call.key and call.phase == "ok"]
    return list(Groups(keyed, attrgetter("operation", "buyer", "key")).values())


@check("I5", over=_by_key)
def one_key_has_one_answer(run: Run, calls: list[Call]) -> Iterator[Violation]:
    """All answers to requests of one Idempotency-Key are the same, and tell of one order."""
    told = {str(call.body.get("id")) for call in calls}
    differ = len(told) > 1 or any(call.body != calls[0].body for call in calls)
    if differ:
        detail = f"told of {', '.join(sorted(told))}" if len(told) > 1 else "answered differently"
        yield Violation(
            subject=f"key {calls[0].key}",
            detail=f"{len(calls)} requests of one key: {detail}",
            witness=[str(call) for call in calls],
            figure="duplicated",
            amount=len(told) - 1,
        )


@cache
def _asked_for(run: Run) -> Groups:
    return Groups((call for call in run.calls if call.operation == "place"), attrgetter("cart"))


@cache
def _of_cart(run: Run) -> Groups:
    return Groups(run.orders.values(), attrgetter("cart_id"))


@check("I5", over=lambda run: sorted(_of_cart(run)))
def cart_becomes_one_order(run: Run, cart_id: str) -> Iterator[Violation]:
    """A cart becomes one order, and only where somebody asked for it and was not refused each time."""
    orders, calls = _of_cart(run)[cart_id], _asked_for(run)[cart_id]
    if len(orders) > 1:
        witness = [line for order in orders for line in run.tell_order(order.id)] + [str(call) for call in calls]
        detail = f"became {len(orders)} orders"
        yield Violation(
            subject=f"cart {cart_id}", detail=detail, witness=witness, figure="duplicated", amount=len(orders) - 1
        )
    if orders[0].placed_at >= run.started_at and all(call.phase == "refused" for call in calls):
        detail = (
            "became an order although every request was refused" if calls else "became an order that nobody asked for"
        )
        witness = run.tell_order(orders[0].id) + [str(call) for call in calls]
        yield Violation(subject=f"cart {cart_id}", detail=detail, witness=witness)


@cache
def _refund_ids(run: Run) -> set[str]:
    return {refund.id for refund in run.rows[Refund]}


def _happened(run: Run, call: Call) -> bool:
    """Return whether what the call was told is in the database, or at the provider."""
    types = {event.type for event in run.events_of[call.order or ""]}
    match call.operation:
        case "cancel":
            return "cancelled" in types
        case "ship":
            return "shipped" in types
        case "refund":
            return call.body.get("id") in _refund_ids(run)
    told_paid = call.body.get("status") == "succeeded"
    return not told_paid or any(line["kind"] == "charge" for line in run.ledger_of[call.order])


def _acts(run: Run) -> list[Call]:
    return [call for call in run.calls if call.operation in ("cancel", "ship", "refund", "pay") and call.phase == "ok"]


@check("I5", over=_acts)
def acknowledged_act_happened(run: Run, call: Call) -> Iterator[Violation]:
    """Who was told that he paid, cancelled, shipped or refunded has done so."""
    if not _happened(run, call):
        witness = [str(call), *run.tell_order(call.order or ""), *run.tell_events(call.order or "")]
        witness += run.tell_ledger(call.order or "")
        yield Violation(
            subject=f"order {call.order}",
            detail=f"{call.operation} was acknowledged, and did not happen",
            witness=witness,
        )
