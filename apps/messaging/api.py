"""Published interface of messaging: commands, events, work, idempotency, and what the audit found."""

from __future__ import annotations

from apps.messaging.auditing import list_checks, list_findings, list_repairs, repair_finding
from apps.messaging.commands import NestedCommand, command, statement
from apps.messaging.contracts import (
    AuditedCheck,
    IdempotencyScope,
    ParkedItem,
    PastRepair,
    StandingFinding,
    StoredAnswer,
)
from apps.messaging.errors import IdempotencyKeyInUse, IdempotencyKeyReused, LeaseLost
from apps.messaging.idempotency import exclusive, find_answer, store_answer
from apps.messaging.outbox import causation, find_cause, publish, publish_many
from apps.messaging.parking import list_parked, replay_parked
from apps.messaging.subscriptions import subscribe
from apps.messaging.work import wake

__all__ = [
    "AuditedCheck",
    "IdempotencyKeyInUse",
    "IdempotencyKeyReused",
    "IdempotencyScope",
    "LeaseLost",
    "NestedCommand",
    "ParkedItem",
    "PastRepair",
    "StandingFinding",
    "StoredAnswer",
    "causation",
    "command",
    "exclusive",
    "find_answer",
    "find_cause",
    "list_checks",
    "list_findings",
    "list_parked",
    "list_repairs",
    "publish",
    "publish_many",
    "repair_finding",
    "replay_parked",
    "statement",
    "store_answer",
    "subscribe",
    "wake",
]
