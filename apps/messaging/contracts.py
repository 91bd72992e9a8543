"""Values that cross the boundary of messaging."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class IdempotencyScope:
    """Whose key it is: caller ("customer:<id>", "cart:<hash>", "key:<id>"), route ("POST /api/v1/orders") and key.

    `fingerprint` is the hash of the request's body, so that the same key with another body can be refused.
    """

    caller: str
    route: str
    key: str
    fingerprint: str

    @property
    def reference(self) -> str:
        """Return the 64 hexadecimal digits that stand for this scope in tables and to providers."""
        return hashlib.sha256("\x1f".join((self.caller, self.route, self.key)).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAnswer:
    """An HTTP answer kept for repeats: status, JSON body and the headers that belong to it."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedItem:
    """Something that failed too often and waits for an operator."""

    kind: str
    id: UUID
    name: str
    key: str
    attempts: int
    error: str
    parked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that an audit found wrong about one subject.

    `subject` is its id, as `look` of the check takes it; `detail` a sentence for staff; `repair` the name of what may heal it, "" where
    only a person can.
    """

    subject: str
    detail: str
    repair: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """One batch of an audit: how many subjects were looked at, and what was wrong with some of them.

    `position` is where the walk goes on from, "" where that was everything.
    """

    position: str
    count: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedCheck:
    """How a check of the audit stands: when everything was last looked at, at how much, and how many findings stand.

    `subjects` is 1 for a check that looks at everything in one statement.
    """

    name: str
    holds: str
    finished_at: datetime | None
    subjects: int
    findings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingFinding:
    """A fault that was seen twice and is there still. `does` says what its repair does, "" where only a person can heal it."""

    id: UUID
    check: str
    subject: str
    detail: str
    does: str
    stands_since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRepair:
    """What somebody did about a finding: `error` is "" where it worked, `ended_at` None where the process died meanwhile."""

    check: str
    subject: str
    repair: str
    actor: str
    started_at: datetime
    ended_at: datetime | None
    error: str
