"""I8: who watches an order sees it go forward, and where it ended."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from operator import itemgetter
from typing import Any

from laboratory.checker.registry import Violation, check
from laboratory.checker.run import Groups, Run


def _watches(run: Run) -> list[tuple[tuple[str, str], list[dict[str, Any]]]]:
    seen = [line for line in run.sockets if line["version"] is not None]
    return sorted(Groups(seen, itemgetter("buyer", "order")).items())


@check("I8", over=_watches)
def watcher_sees_the_order(run: Run, watch: tuple[tuple[str, str], list[dict[str, Any]]]) -> Iterator[Violation]:
    """Who watches an order never sees it go back, and in the end sees it as the database has it."""
    (buyer, order_id), lines = watch
    told = [f"{line['at']}: version {line['version']}, {line['status']}" for line in lines]
    for before, after in pairwise(lines):
        if after["version"] < before["version"]:
            detail = f"{buyer} saw version {after['version']} after {before['version']}"
            yield Violation(subject=f"order {order_id}", detail=detail, witness=told)
            return
    row = run.orders.get(order_id)
    if row is None or lines[-1]["version"] != row.version:
        detail = f"{buyer} last saw version {lines[-1]['version']}"
        yield Violation(subject=f"order {order_id}", detail=detail, witness=told + run.tell_order(order_id))
