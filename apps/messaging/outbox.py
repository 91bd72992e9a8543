"""Publishing: an event becomes a row in the caller's transaction, or it never happened."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from contextvars import ContextVar

from django.db import transaction

from apps.kernel.events import Event, encode_event
from apps.messaging import wakeups
from apps.messaging.models import SHARDS, OutboxMessage
from apps.persistence.databases import alias_for
from apps.persistence.statements import insert_rows

# What led to what is being done now: request id, and the id of the message under handling.
causation: ContextVar[dict[str, str] | None] = ContextVar("causation", default=None)


def shard_of(key: str) -> int:
    """Return the shard of an ordering key; stable across processes and versions."""
    return zlib.crc32(key.encode()) % SHARDS


def publish(event: Event, *, version: int) -> None:
    """Write `event` to the outbox of its app's database, inside the caller's transaction.

    `version` is the aggregate's version after the change, assigned under the aggregate's row lock; one event per version.
    Raises RuntimeError outside a transaction, where the event could be lost or invented.
    """
    publish_many([(event, version)])


def publish_many(events: Sequence[tuple[Event, int]]) -> None:
    """Publish events of one app, each with its aggregate's version, in one statement."""
    if not events:
        return
    alias = alias_for(events[0][0].event_type.partition(".")[0])
    connection = transaction.get_connection(alias)
    if not connection.in_atomic_block:
        raise RuntimeError(f"{events[0][0].event_type} published outside a transaction")
    insert_rows([_message(event, version) for event, version in events], using=alias)
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
