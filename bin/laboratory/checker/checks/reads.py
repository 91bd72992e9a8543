"""I12: who changed an order reads at least his own change, and readers agree on what each version was."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from laboratory.checker.log import Call
from laboratory.checker.registry import Violation, check
from laboratory.checker.run import Run

_NOT_FOUND: Final = 404
_SHOWN: Final = ("status", "payment_status", "fulfilment_status", "total", "paid", "refunded")


def _read_orders(run: Run) -> list[str]:
    return sorted({call.order for call in run.calls if call.operation == "read_order" and call.order})


def _tells(call: Call) -> bool:
    """Return whether the answer showed the order itself."""
    return call.phase == "ok" and "version" in call.body and call.body.get("id") == call.order


@check("I12", over=_read_orders)
def reads_go_forward(run: Run, order_id: str) -> Iterator[Violation]:
    """A read that begins after an answer shows the order at least as that answer did; an acknowledged order is found."""
    answers = sorted((call for call in run.calls_of[order_id] if _tells(call)), key=lambda call: call.ended)
    for read in (call for call in run.calls_of[order_id] if call.operation == "read_order"):
        before = [call for call in answers if call.ended < read.begun]
        if read.status == _NOT_FOUND and before:
            yield Violation(subject=f"order {order_id}", detail="was not found", witness=[str(before[-1]), str(read)])
        if not before or not _tells(read):
            continue
        newest = max(before, key=lambda call: call.body["version"])
        if newest.body["version"] > read.body["version"]:
            detail = f"version {read.body['version']} was read after version {newest.body['version']} had been answered"
            yield Violation(subject=f"order {order_id}", detail=detail, witness=[str(newest), str(read)])


@check("I12", over=_read_orders)
def versions_mean_one_thing(run: Run, order_id: str) -> Iterator[Violation]:
    """All who were shown one version of an order were shown the same, and no version that it never had."""
    shown: dict[int, Call] = {}
    last = run.orders[order_id].version if order_id in run.orders else 0
    for call in filter(_tells, run.calls_of[order_id]):
        first = shown.setdefault(call.body["version"], call)
        if differ := [name for name in _SHOWN if call.body.get(name) != first.body.get(name)]:
            told = [f"{name}: {first.body.get(name)}, then {call.body.get(name)}" for name in differ]
            detail = f"version {call.body['version']} was shown in two ways"
            yield Violation(subject=f"order {order_id}", detail=detail, witness=[str(first), str(call), *told])
        if call.body["version"] > last:
            detail = f"version {call.body['version']} was shown, the order ended at {last}"
            yield Violation(subject=f"order {order_id}", detail=detail, witness=[str(call), *run.tell_order(order_id)])
