"""The buyers' log: what was asked, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import inf
from typing import Any

from laboratory.checker.errors import NotWhole

ENDS = ("ok", "refused", "unknown")


@dataclass(slots=True)
class Call:
    """One call of one buyer. `phase` is "unknown" where no answer came, and `ended` infinite where not even that was noted."""

    id: str
    buyer: str
    operation: str
    begun: float
    key: str | None
    cart: str | None
    order: str | None
    request: dict[str, Any]
    ended: float = inf
    phase: str = "unknown"
    status: int | None = None
    body: dict[str, Any] = field(default_factory=dict)
    error: str | None = None

    def __str__(self) -> str:
        answer = "" if self.phase == "unknown" else f" {self.status}"
        about = f" of order {self.order}" if self.order else f" of cart {self.cart}" if self.cart else ""
        version = f", version {self.body['version']}" if "version" in self.body else ""
        key = f", key {self.key}" if self.key else ""
        return f"call {self.id}: {self.operation}{about} by {self.buyer}{key}: {self.phase}{answer}{version}"


def read_calls(lines: Iterable[dict[str, Any]]) -> list[Call]:
    """Put beginnings and ends of calls together, in the order in which they began; NotWhole where an end has no beginning."""
    calls: dict[str, Call] = {}
    for line in lines:
        if line["phase"] == "invoke":
            calls[line["call"]] = Call(
                id=line["call"],
                buyer=line["buyer"],
                operation=line["operation"],
                begun=line["at"],
                key=line.get("key"),
                cart=line.get("cart"),
                order=line.get("order"),
                request=line.get("request") or {},
            )
        elif line["phase"] not in ENDS:
            raise NotWhole(
                f"buyers.jsonl: call {line['call']} has phase {line['phase']!r}; use invoke, {', '.join(ENDS)}"
            )
        elif line["call"] not in calls:
            raise NotWhole(f"buyers.jsonl: call {line['call']} ends and never began")
        else:
            _end(calls[line["call"]], line)
    return list(calls.values())


def _end(call: Call, line: dict[str, Any]) -> None:
    call.ended, call.phase, call.status = line["at"], line["phase"], line.get("status")
    body = line.get("body")
    call.body, call.error = body if isinstance(body, dict) else {}, line.get("error")
    call.order = call.order or line.get("order") or (call.body.get("id") if call.operation == "place" else None)
