"""Published interface of messaging: commands, events, work and idempotency."""

from __future__ import annotations

from apps.messaging.commands import NestedCommand, command, statement
from apps.messaging.contracts import IdempotencyScope, ParkedItem, StoredAnswer
from apps.messaging.errors import IdempotencyKeyInUse, IdempotencyKeyReused, LeaseLost
from apps.messaging.idempotency import exclusive, find_answer, store_answer
from apps.messaging.outbox import causation, publish, publish_many
from apps.messaging.parking import list_parked, replay_parked
from apps.messaging.subscriptions import subscribe
from apps.messaging.work import wake

__all__ = [
    "IdempotencyKeyInUse",
    "IdempotencyKeyReused",
    "IdempotencyScope",
    "LeaseLost",
    "NestedCommand",
    "ParkedItem",
    "StoredAnswer",
    "causation",
    "command",
    "exclusive",
    "find_answer",
    "list_parked",
    "publish",
    "publish_many",
    "replay_parked",
    "statement",
    "store_answer",
    "subscribe",
    "wake",
]
