"""Scripted faults, persisted, so that a test can break the provider at an exact place.

`POST /sandbox/faults` takes `{"kind", "match"?, "seconds"?, "times"?, "probability"?, ...}`:

- of requests (`match`: `path` glob, `method`, `metadata`): `charge_then_timeout`, `error_500`,
  `error_500_replayed`, `slow`, `rate_limited`, `connection_reset`, `conflict`, `refund_fails_later`;
  `executes` says whether the work is done and committed before the fault shows;
- of webhooks (`match`: `type` glob, `metadata`): `webhook_duplicate`, `webhook_late`, `webhook_lost`,
  `webhook_reordered`, `webhook_old_signature`, `webhook_wrong_secret`, `webhook_before_answer`;
  `attempts` says how many deliveries of an event are forged before an honest one.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from .errors import invalid
from .store import Json, Transaction

# kind -> (default seconds, whether the request's work is done)
REQUEST_KINDS: dict[str, tuple[float, bool]] = {
    "charge_then_timeout": (60.0, True),
    "error_500": (0.0, False),
    "error_500_replayed": (0.0, True),
    "slow": (1.0, True),
    "rate_limited": (0.0, False),
    "connection_reset": (0.0, False),
    "conflict": (0.0, False),
    "refund_fails_later": (1.0, True),
}
WEBHOOK_KINDS: dict[str, float] = {
    "webhook_duplicate": 0.0,
    "webhook_late": 2.0,
    "webhook_lost": 0.0,
    "webhook_reordered": 2.0,
    "webhook_old_signature": 0.0,
    "webhook_wrong_secret": 0.0,
    "webhook_before_answer": 5.0,
}
_FIELDS = frozenset({"kind", "match", "seconds", "times", "probability", "executes", "attempts"})
_MATCH_FIELDS = {True: {"path", "method", "metadata"}, False: {"type", "metadata"}}


@dataclass(frozen=True, kw_only=True)
class Fault:
    kind: str
    seconds: float
    executes: bool = True
    attempts: int = 1
    probability: float = 1.0
    match: dict[str, Any] = field(default_factory=dict)

    def hits(self) -> bool:
        return self.probability >= 1 or random.random() < self.probability  # noqa: S311 - chance, not a secret

    def accepts_metadata(self, metadata: Json) -> bool:
        wanted: dict[str, str] = self.match.get("metadata", {})
        return all(metadata.get(key) == value for key, value in wanted.items())


def add(tx: Transaction, spec: Any) -> Json:
    """Store one fault; `times` null means for ever."""
    fault, times = _parse(spec)
    remaining = -1 if times is None else times
    cursor = tx.run("INSERT INTO faults (spec, remaining) VALUES (?, ?)", json.dumps(asdict(fault)), remaining)
    return {"id": cursor.lastrowid, "remaining": times, **asdict(fault)}


def listed(tx: Transaction) -> list[Json]:
    rows = tx.run("SELECT id, spec, remaining FROM faults ORDER BY id")
    return [{"id": row[0], "remaining": None if row[2] < 0 else row[2], **json.loads(row[1])} for row in rows]


def clear(tx: Transaction) -> None:
    tx.run("DELETE FROM faults")


def armed(tx: Transaction) -> bool:
    return tx.run("SELECT 1 FROM faults WHERE remaining <> 0 LIMIT 1").fetchone() is not None


def take_for_request(tx: Transaction, *, method: str, path: str, metadata: Callable[[], Json]) -> Fault | None:
    """The first fault meant for this request, counted down."""

    def matches(fault: Fault) -> bool:
        return (
            fault.kind in REQUEST_KINDS
            and fnmatchcase(path, fault.match.get("path", "*"))
            and fault.match.get("method", method).upper() == method
            and fault.accepts_metadata(metadata())
        )

    return _take(tx, matches)


def take_for_event(tx: Transaction, event: Json) -> Fault | None:
    """The first fault meant for this event's webhook, counted down."""
    metadata = event["data"]["object"].get("metadata") or {}

    def matches(fault: Fault) -> bool:
        return (
            fault.kind in WEBHOOK_KINDS
            and fnmatchcase(event["type"], fault.match.get("type", "*"))
            and fault.accepts_metadata(metadata)
        )

    return _take(tx, matches)


def _take(tx: Transaction, matches: Callable[[Fault], bool]) -> Fault | None:
    rows = tx.run("SELECT id, spec FROM faults WHERE remaining <> 0 ORDER BY id").fetchall()
    for fault_id, spec in rows:
        fault = Fault(**json.loads(spec))
        if matches(fault) and fault.hits():
            tx.run("UPDATE faults SET remaining = remaining - 1 WHERE id = ? AND remaining > 0", fault_id)
            return fault
    return None


def _parse(spec: Any) -> tuple[Fault, int | None]:
    if not isinstance(spec, dict):
        raise invalid("A fault is a JSON object with at least `kind`.")
    for key in spec.keys() - _FIELDS:
        raise invalid(f"Unknown field '{key}'; a fault has {', '.join(sorted(_FIELDS))}.", param=key)
    kind = spec.get("kind")
    if kind not in REQUEST_KINDS and kind not in WEBHOOK_KINDS:
        kinds = ", ".join([*REQUEST_KINDS, *WEBHOOK_KINDS])
        raise invalid(f"Unknown kind {kind!r}; one of {kinds}.", param="kind")
    seconds, executes = REQUEST_KINDS[kind] if kind in REQUEST_KINDS else (WEBHOOK_KINDS[kind], True)
    fault = Fault(
        kind=kind,
        match=_parse_match(spec, for_request=kind in REQUEST_KINDS),
        seconds=_number(spec, "seconds", default=seconds, low=0, high=86_400),
        probability=_number(spec, "probability", default=1, low=0, high=1),
        attempts=int(_number(spec, "attempts", default=1, low=1, high=1000)),
        executes=_boolean(spec, "executes", default=executes),
    )
    times = spec.get("times", 1)
    return fault, None if times is None else int(_number(spec, "times", default=1, low=1, high=1_000_000))


def _parse_match(spec: Json, *, for_request: bool) -> Json:
    match = spec.get("match") or {}
    known = _MATCH_FIELDS[for_request]
    if not isinstance(match, dict) or match.keys() - known:
        raise invalid(f"`match` of this kind is an object of {', '.join(sorted(known))}.", param="match")
    metadata = match.get("metadata", {})
    texts = [value for key, value in match.items() if key != "metadata"]
    if not isinstance(metadata, dict) or not all(isinstance(text, str) for text in texts):
        raise invalid("`match.metadata` is an object, the other fields of `match` are strings.", param="match")
    return match


def _number(spec: Json, key: str, *, default: float, low: float, high: float) -> float:
    value = spec.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise invalid(f"`{key}` is {value!r}; a number from {low} to {high} is right.", param=key)
    return value


def _boolean(spec: Json, key: str, *, default: bool) -> bool:
    value = spec.get(key, default)
    if not isinstance(value, bool):
        raise invalid(f"`{key}` is {value!r}; true or false is right.", param=key)
    return value
