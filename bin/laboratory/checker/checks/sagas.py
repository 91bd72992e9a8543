"""I4: every order's history is one that an order can have, and ends; what was done for an order that ended is undone, once."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from laboratory.checker.registry import Violation, check
from laboratory.checker.run import Run
from laboratory.checker.tables import Order, OrderEvent

# From which states an event may happen; `noted` may always.
_POSSIBLE: Final = {
    "placed": (None,),
    "deadline_extended": ("awaiting_payment",),
    "paid": ("awaiting_payment",),
    "shipped": ("processing",),
    "delivered": ("shipped",),
    "cancelled": ("awaiting_payment", "processing"),
    # Of an order that was refunded, money can come back, and go once more.
    "refunded": ("processing", "shipped", "delivered", "cancelled", "refunded"),
    "refund_reversed": ("processing", "shipped", "delivered", "cancelled", "refunded"),
}
_LATE_SECONDS: Final = 60
_DOING: Final = ("ship_stock", "release_stock", "refund_payment", "void_payments")


class Impossible(Exception):
    """An event that cannot follow what was before."""


def _fold(order: Order, events: list[OrderEvent]) -> dict[str, Any]:
    """Return what a history comes to: status, paid, refunded, shipped and version. Raises Impossible."""
    state: dict[str, Any] = {"status": None, "paid": Decimal(0), "refunded": Decimal(0), "shipped": 0, "version": 0}
    for event in events:
        state["version"] += 1
        if event.version != state["version"]:
            raise Impossible(f"event {event.version} where {state['version']} was due")
        if event.type != "noted" and state["status"] not in _POSSIBLE.get(event.type, ()):
            raise Impossible(f"event {event.version}: {event.type} of an order that is {state['status']}")
        _follow(state, event, item_count=order.item_count)
    return state


def _follow(state: dict[str, Any], event: OrderEvent, *, item_count: int) -> None:
    match event.type:
        case "placed":
            state["status"] = "awaiting_payment"
        case "paid":
            state["status"], state["paid"] = "processing", Decimal(event.data["amount"]["amount"])
        case "shipped":
            state["shipped"] += sum(event.data["lines"].values())
            state["status"] = "shipped" if state["shipped"] >= item_count else "processing"
        case "delivered":
            state["status"] = "delivered"
        case "cancelled":
            state["status"] = "cancelled"
            if state["shipped"]:
                raise Impossible(f"event {event.version}: cancelled when {state['shipped']} had left")
            if event.data.get("payment_id"):
                state["paid"] = Decimal(event.data["amount"]["amount"])
        case "refunded":
            _give_back(state, event)
        case "refund_reversed":
            _take_back(state, event)


def _give_back(state: dict[str, Any], event: OrderEvent) -> None:
    state["refunded"] += Decimal(event.data["amount"]["amount"])
    if state["refunded"] > state["paid"]:
        raise Impossible(f"event {event.version}: {state['refunded']} went back of {state['paid']}")
    if state["refunded"] == state["paid"] and state["status"] != "cancelled":
        state["status"] = "refunded"


def _take_back(state: dict[str, Any], event: OrderEvent) -> None:
    state["refunded"] -= Decimal(event.data["amount"]["amount"])
    if state["refunded"] < 0:
        raise Impossible(f"event {event.version}: more came back than had gone")


@check("I4", over=lambda run: run.orders.values())
def history_is_possible(run: Run, order: Order) -> Iterator[Violation]:
    """An order's events are one course that an order can take, and its row is where that leads."""
    events = run.events_of[order.id]
    try:
        state = _fold(order, events)
    except Impossible as found:
        yield Violation(subject=f"order {order.id}", detail=str(found), witness=run.tell_events(order.id))
        return
    row = {
        "status": order.status,
        "paid": order.paid_amount,
        "refunded": order.refunded_amount,
        "shipped": order.shipped_count,
        "version": order.version,
    }
    if wrong := [f"{name} is {row[name]}, its history says {state[name]}" for name in row if row[name] != state[name]]:
        witness = run.tell_order(order.id) + run.tell_events(order.id)
        yield Violation(subject=f"order {order.id}", detail="; ".join(wrong), witness=witness)


@check("I4", over=lambda run: run.orders.values())
def nothing_is_left_to_do(run: Run, order: Order) -> Iterator[Violation]:
    """After all is quiet, every order rests: its steps are done, nothing is parked, and no deadline has passed unheard."""
    saga = run.saga_of.get(order.id)
    wrong = [
        f"step {step.kind} {step.reference} is not done" for step in run.steps_of[order.id] if step.done_at is None
    ]
    if saga is None:
        wrong.append("it has no saga")
    elif saga.parked_at:
        wrong.append(f"its saga is parked after {saga.attempts} attempts: {saga.last_error}")
    elif saga.next_run_at and saga.next_run_at < run.ended_at - _LATE_SECONDS:
        wrong.append(
            f"its saga was due {run.ended_at - saga.next_run_at:.0f} s before the end: {saga.last_error or 'no error'}"
        )
    if order.status == "awaiting_payment" and order.payment_deadline < run.ended_at - _LATE_SECONDS:
        wrong.append("it waits for money although its deadline passed")
    if wrong:
        witness = run.tell_order(order.id) + run.tell_events(order.id) + run.tell_ledger(order.id)
        yield Violation(subject=f"order {order.id}", detail="; ".join(wrong), witness=witness, figure="sagas_open")


def _due_steps(run: Run, order: Order) -> set[tuple[str, str]]:
    """Return the steps (kind, reference) that the order's history asks for."""
    due: set[tuple[str, str]] = set()
    reservation, paid = run.events_of[order.id][0].data["reservation"], ""
    for event in run.events_of[order.id]:
        match event.type:
            case "paid":
                paid, reservation = event.data["payment_id"], event.data["reservation"]
            case "shipped":
                due.add(("ship_stock", event.data["shipment_id"]))
            case "cancelled" if event.data.get("payment_id"):
                due.add(("refund_payment", event.data["payment_id"]))
            case "cancelled":
                due.add(("release_stock", reservation))
                if paid:
                    due.add(("refund_payment", paid))
                elif event.data["reason"] != "payment_deadline":  # every way to pay is closed before that is recorded
                    due.add(("void_payments", ""))
    if order.status == "refunded" and order.shipped_count < order.item_count:
        due.add(("release_stock", reservation))
    return due


@check("I4", over=lambda run: [order for order in run.orders.values() if run.events_of[order.id]])
def what_was_done_is_undone(run: Run, order: Order) -> Iterator[Violation]:
    """An order that ends gives back its stock and its money, each by one step; nothing is undone that was not done."""
    due, steps = _due_steps(run, order), run.steps_of[order.id]
    queued = [(step.kind, step.reference) for step in steps if step.kind in _DOING]
    wrong = [f"{kind} {reference} was never queued" for kind, reference in sorted(due - set(queued))]
    wrong += [f"{kind} {reference} was queued without reason" for kind, reference in sorted(set(queued) - due)]
    wrong += [
        f"{kind} {reference} was queued twice"
        for kind, reference in sorted(set(queued))
        if queued.count((kind, reference)) > 1
    ]
    if wrong:
        witness = run.tell_order(order.id) + run.tell_events(order.id)
        yield Violation(subject=f"order {order.id}", detail="; ".join(wrong), witness=witness)
