"""I9: an order is what was asked for, and costs what its own lines come to, whatever happened to the cart meanwhile."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from laboratory.checker.log import Call
from laboratory.checker.registry import Violation, check
from laboratory.checker.run import Run
from laboratory.checker.tables import Order


@check("I9", over=lambda run: run.orders.values())
def total_is_the_sum(run: Run, order: Order) -> Iterator[Violation]:
    """An order's total is the sum of its lines, less its discount, with shipping and tax; and its first event says the same."""
    lines = run.lines_of[order.id]
    subtotal = sum((line.line_total_amount for line in lines), Decimal(0))
    total = order.subtotal_amount - order.discount_amount + order.shipping_amount
    total += 0 if order.prices_include_tax else order.tax_amount
    wrong = [] if lines else ["it has no lines"]
    if subtotal != order.subtotal_amount:
        wrong.append(f"its lines come to {subtotal}, its subtotal is {order.subtotal_amount}")
    if total != order.total_amount:
        wrong.append(f"its parts come to {total}, its total is {order.total_amount}")
    wrong += [
        f"{line.quantity} times {line.unit_price_amount} is not {line.line_total_amount}"
        for line in lines
        if line.quantity * line.unit_price_amount != line.line_total_amount
    ]
    if sum(line.quantity for line in lines) != order.item_count:
        wrong.append(f"its lines hold {sum(line.quantity for line in lines)} items, it says {order.item_count}")
    wrong += _against_event(run, order)
    if wrong:
        told = [
            f"line: {line.quantity} of {line.variant_id} at {line.unit_price_amount}: {line.line_total_amount}"
            for line in lines
        ]
        yield Violation(subject=f"order {order.id}", detail="; ".join(wrong), witness=run.tell_order(order.id) + told)


def _against_event(run: Run, order: Order) -> Iterator[str]:
    if not (events := run.events_of[order.id]) or events[0].type != "placed":
        return
    told: Counter[str] = Counter()
    for item in events[0].data["items"]:
        told[item["variant_id"]] += item["quantity"]
    if told != _quantities(run, order.id):
        yield f"its first event tells of {dict(told)}"
    if Decimal(events[0].data["total"]["amount"]) != order.total_amount:
        yield f"its first event tells of a total of {events[0].data['total']['amount']}"


def _quantities(run: Run, order_id: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for line in run.lines_of[order_id]:
        found[line.variant_id] += line.quantity
    return found


def _placed(run: Run) -> list[Call]:
    return [call for call in run.calls if call.operation == "place" and call.phase == "ok" and call.order in run.orders]


@check("I9", over=_placed)
def order_is_what_was_asked_for(run: Run, call: Call) -> Iterator[Violation]:
    """An order has the lines that its buyer saw, at the total he agreed to."""
    row, wrong = run.orders[call.order or ""], []
    asked: Counter[str] = Counter()
    for line in call.request.get("lines") or ():
        asked[line["variant"]] += line["quantity"]
    if asked and asked != _quantities(run, row.id):
        wrong.append(f"asked for {dict(asked)}, has {dict(_quantities(run, row.id))}")
    expected = call.request.get("expected_total")
    if expected and (Decimal(expected["amount"]), expected["currency"]) != (row.total_amount, row.total_currency):
        wrong.append(f"agreed to {expected['amount']} {expected['currency']}")
    if wrong:
        yield Violation(
            subject=f"order {row.id}", detail="; ".join(wrong), witness=[str(call), *run.tell_order(row.id)]
        )
