"""The relay: copies committed events from the outbox into the inbox of every subscribed consumer.

It locks the rows of the shards it copies, so messages of one key are copied by one relay, in version order, however many relays run and
while their number changes. It never follows a cursor: a transaction that commits late is found because its row is unpublished.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Sequence

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import close_old_connections, connections, transaction
from redis import RedisError

from apps.kernel import codec
from apps.kernel.ids import uuid7
from apps.messaging import inbox, wakeups, work
from apps.messaging.models import SHARDS, InboxMessage, OutboxMessage, OutboxShard
from apps.messaging.subscriptions import Subscription, subscriptions
from apps.persistence.databases import aliases, commit_for_later
from apps.persistence.statements import columns_of, fetch_from, insert_rows, read_row

logger = logging.getLogger(__name__)
BATCH = 500
# Of a batch; the others are for another relay.
_MOST_SHARDS = SHARDS // 2
# After each round that found something, the longer the more it found: what is committed meanwhile goes in one round, so that a busy shop
# relays at a price that does not grow with its orders, and no event waits a tenth of a second longer for it.
_GATHER_SECONDS = 0.05
_GATHER_SECONDS_A_MESSAGE = 0.02
_GATHER_SECONDS_AT_MOST = 0.1
# Between two looks at what has become due. They cost a statement for each kind of work, and who makes something due wakes it himself:
# they find what was to wait anyway, and what nobody was woken for.
_DUE_SECONDS = 1.0

_LOCK_SHARDS = f"""
    SELECT id, set_config('synchronous_commit', %s, true) FROM messaging_outboxshard shard
    WHERE EXISTS (SELECT 1 FROM messaging_outboxmessage message WHERE message.shard = shard.id AND published_at IS NULL)
    ORDER BY random() LIMIT {_MOST_SHARDS} FOR NO KEY UPDATE SKIP LOCKED
"""  # noqa: S608 - a number of our own
_READ_SHARDS = f"""
    SELECT {columns_of(OutboxMessage, prefix="message")} FROM unnest(%(shards)s) AS locked (id) CROSS JOIN LATERAL (
        SELECT * FROM messaging_outboxmessage WHERE shard = locked.id AND published_at IS NULL
        ORDER BY key, version LIMIT %(limit)s) message
"""  # noqa: S608 - our own names, no input
_MARK_PUBLISHED = "UPDATE messaging_outboxmessage SET published_at = statement_timestamp() WHERE id = ANY(%s)"


def relay_once(*, alias: str = "default") -> int:
    """Copy what is unpublished in one database; return the number of messages copied."""
    total = 0
    while copied := _relay_batch(alias=alias):
        total += copied
    return total


def _relay_batch(*, alias: str) -> int:
    with transaction.atomic(using=alias):
        # A crash that loses the commit loses copies and marks together, and all are copied again.
        shards = [row[0] for row in fetch_from(alias, _LOCK_SHARDS, [commit_for_later()])]
        if not shards:
            return 0
        # A statement of its own: it sees what another relay published before it let go of the shard.
        found = fetch_from(alias, _READ_SHARDS, {"shards": shards, "limit": BATCH // len(shards)})
        if messages := [read_row(OutboxMessage, row, using=alias) for row in found]:
            _copy(messages, alias=alias)
            fetch_from(alias, _MARK_PUBLISHED, [[message.id for message in messages]])
    return len(messages)


def _copy(messages: Sequence[OutboxMessage], *, alias: str) -> None:
    """Write the inbox rows; those of another database commit there first, so that a crash repeats and never loses."""
    by_type: dict[str, list[Subscription]] = defaultdict(list)
    for subscription in subscriptions():
        by_type[subscription.event_type].append(subscription)
    rows: dict[str, list[InboxMessage]] = defaultdict(list)
    queues: set[str] = set()
    for message in messages:
        for subscription in by_type[message.event_type]:
            rows[subscription.alias].append(_inbox_row(message, subscription))
            queues.add(subscription.queue)
    for target, inbox_rows in rows.items():
        insert_rows(inbox_rows, using=target, ignore_conflicts_of=(InboxMessage,))
    transaction.on_commit(lambda: inbox.wake_queues(queues), using=alias, robust=True)


def _inbox_row(message: OutboxMessage, subscription: Subscription) -> InboxMessage:
    return InboxMessage(
        id=uuid7(),
        consumer=subscription.consumer,
        queue=subscription.queue,
        message_id=message.id,
        event_type=message.event_type,
        key=message.key,
        version=message.version,
        payload=message.payload,
        headers={**message.headers, "message_id": codec.encode(message.id)},
        occurred_at=message.occurred_at,
    )


def run_forever(*, stopping: Callable[[], bool]) -> None:
    """Relay, wake what is due, and wait for a poke or the poll interval, until `stopping()`; survives both servers' restarts."""
    ear, poll = wakeups.RelayEar(), settings.MESSAGING["POLL_MS"] / 1000
    last_due_check = 0.0
    while not stopping():
        copied = 0
        try:
            copied = sum(relay_once(alias=alias) for alias in aliases())
            if time.monotonic() - last_due_check >= _DUE_SECONDS:
                last_due_check = time.monotonic()
                wake_due()
        except DatabaseError as error:
            logger.warning("relay waits for the database: %s", error)
            _drop_broken_connections()
            time.sleep(poll)
        if copied:
            time.sleep(min(max(_GATHER_SECONDS, copied * _GATHER_SECONDS_A_MESSAGE), _GATHER_SECONDS_AT_MOST))
        try:
            ear.wait(seconds=poll)
        except RedisError as error:
            logger.warning("relay polls, Valkey is away: %s", error)
            time.sleep(poll)


def wake_due() -> None:
    """Wake every queue and work driver that has something due, so that delivery depends neither on beat nor on a poke."""
    inbox.wake_queues(queue for alias in aliases() for queue in inbox.due_queues(alias=alias))
    for driver in work.due_drivers():
        work.wake_driver(driver)


def _drop_broken_connections() -> None:
    for connection in connections.all(initialized_only=True):
        connection.close_if_unusable_or_obsolete()
    close_old_connections()


def ensure_shards(*, alias: str = "default") -> None:
    """Create the shard rows where they are missing, as after a TRUNCATE in tests."""
    OutboxShard.objects.using(alias).bulk_create([OutboxShard(id=i) for i in range(SHARDS)], ignore_conflicts=True)
