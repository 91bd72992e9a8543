"""Publishing: an event becomes a row in the caller's transaction, or it never happened."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from contextvars import ContextVar

from django.db import models, transaction

from apps.kernel.events import Event, encode_event
from apps.messaging import wakeups
from apps.messaging.commands import single_statement
from apps.messaging.contracts import IdempotencyScope, StoredAnswer
from apps.messaging.idempotency import record_of
from apps.messaging.models import SHARDS, IdempotencyRecord, OutboxMessage
from apps.persistence.databases import alias_for
from apps.persistence.statements import insert_rows

# What led to what is being done now: request id, and the id of the message under handling.
causation: ContextVar[dict[str, str] | None] = ContextVar("causation", default=None)


def shard_of(key: str) -> int:
    """Return the shard of an ordering key; stable across processes and versions."""
    return zlib.crc32(key.encode()) % SHARDS


def find_cause(*, key: str, version: int) -> dict[str, str]:
    """Return what led to an event (`causation` as it was published), by its ordering key, "orders:<id>", and version; {} once pruned."""
    found = OutboxMessage.objects.using(alias_for(key.partition(":")[0])).filter(key=key, version=version)
    return found.values_list("headers", flat=True).first() or {}


def publish(
    event: Event,
    *,
    version: int,
    alongside: Sequence[Sequence[models.Model]] = (),
    answer: tuple[IdempotencyScope, StoredAnswer] | None = None,
) -> None:
    """Write `event` to the outbox of its app's database, inside the caller's transaction.

    `version` is the aggregate's version after the change, assigned under the aggregate's row lock; one event per version. New rows of
    the app (`alongside`, each group of one model) and the `answer` to the request go in the same statement, which may then be all of a
    `messaging.statement`. Raises RuntimeError outside a transaction, where the event could be lost or invented.
    """
    answers = [record_of(*answer)] if answer else []
    _write(event.event_type, [_message(event, version)], *alongside, answers)


def publish_many(events: Sequence[tuple[Event, int]]) -> None:
    """Publish events of one app, each with its aggregate's version, in one statement."""
    if events:
        _write(events[0][0].event_type, [_message(event, version) for event, version in events])


def _write(event_type: str, *groups: Sequence[models.Model]) -> None:
    alias = alias_for(event_type.partition(".")[0])
    connection, single = transaction.get_connection(alias), single_statement.get()
    if not connection.in_atomic_block and (single is None or single.alias != alias):
        raise RuntimeError(f"{event_type} published outside a transaction")
    insert_rows(*groups, using=alias, ignore_conflicts_of=(IdempotencyRecord,))
    if not any(callback is wakeups.poke_relay for _, callback, _ in connection.run_on_commit):
        transaction.on_commit(wakeups.poke_relay, using=alias, robust=True)


def _message(event: Event, version: int) -> OutboxMessage:
    return OutboxMessage(
        event_type=event.event_type,
        key=event.key,
        version=version,
        shard=shard_of(event.key),
        payload=encode_event(event),
        headers=causation.get() or {},
    )
