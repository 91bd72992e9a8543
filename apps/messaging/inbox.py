"""Draining inboxes: each message is applied once per consumer, in order per key, however often a worker dies.

A claim commits the attempt before any handler runs, so attempts survive SIGKILL. Fresh messages are claimed up to a hundred at a time;
one that was attempted before is claimed alone, so that a message which kills its worker cannot use up the attempts of others.
"""

from __future__ import annotations

import itertools
import logging
import math
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from apps.kernel.events import decode_event
from apps.messaging import backoff, wakeups
from apps.messaging.models import InboxMessage
from apps.messaging.outbox import causation
from apps.messaging.subscriptions import Subscription, find, queues
from apps.persistence.databases import alias_for, commit_for_later
from apps.persistence.statements import columns_of, fetch_all, fetch_from, read_row

logger = logging.getLogger(__name__)
DRAIN_TASK = "messaging.drain"
BATCH = 100
# Of one task: what waits in another queue, such as the payment of an order, then has its turn.
TURN_SECONDS = 1.0

# How far into the due rows a claim looks. One key may have thousands there that wait for its first; `_defer_followers` puts them off.
WINDOW = 1000
# Every so many rounds, one that finds fewer heads than this looks whether other keys are hidden.
_ROUNDS_BETWEEN_LOOKS, _FEW_HEADS = 10, 10
# How long what follows a parked message is put off; `unpark` brings it back at once.
_PARKED_SECONDS = 60
# How long what leaves no room for other keys is put off; `_finish` brings the next of a key back at once.
_CROWD_SECONDS = 5

_DUE = "queue = %(queue)s AND done_at IS NULL AND parked_at IS NULL AND due_at <= statement_timestamp() AND {attempts}"
# A head is a due row without an earlier undone row of the same consumer and key. The claim's own UPDATE moves due_at to the
# end of the lease: a row whose worker died is simply due again. ARRAY() runs once; behind IN a nested loop may run the subquery for each
# row, and claim more than the limit. What is due is asked twice, since only the row that gets locked is looked at again after a wait.
_CLAIM = f"""
    UPDATE messaging_inboxmessage SET
        attempts = attempts + 1, lease_token = %(token)s, due_at = statement_timestamp() + make_interval(secs => %(lease)s)
    WHERE id = ANY(ARRAY(
        SELECT id FROM messaging_inboxmessage head
        WHERE id = ANY(ARRAY(SELECT id FROM messaging_inboxmessage WHERE {_DUE} ORDER BY due_at LIMIT %(window)s))
          AND {_DUE}
          AND NOT EXISTS (
              SELECT 1 FROM messaging_inboxmessage earlier
              WHERE earlier.consumer = head.consumer AND earlier.key = head.key
                AND earlier.version < head.version AND earlier.done_at IS NULL)
        ORDER BY due_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED))
    RETURNING {columns_of(InboxMessage, prefix="messaging_inboxmessage")}, set_config('synchronous_commit', %(commit)s, true)
"""  # noqa: S608 - our own names, no input
_FRESH, _RETRY = "attempts = 0", "attempts > 0"
_CLAIM_FRESH = _CLAIM.replace("{attempts}", _FRESH)
_CLAIM_RETRY = _CLAIM.replace("{attempts}", _RETRY)
# Followers are put off until their head's next attempt, for a while where it is parked, and for a moment where it is due or in somebody's
# hands but the window holds nothing else. It waits for no lock, so it can deadlock with nobody.
_DEFER = f"""
    WITH seen AS (
        SELECT id, consumer, key, version FROM messaging_inboxmessage WHERE {_DUE.format(attempts=_FRESH)}
        ORDER BY due_at LIMIT %(window)s FOR UPDATE SKIP LOCKED
    ), due AS (
        SELECT *, count(*) OVER () = %(window)s AS crowded FROM seen
    )
    UPDATE messaging_inboxmessage follower SET due_at = CASE
        WHEN head.parked_at IS NOT NULL THEN statement_timestamp() + make_interval(secs => {_PARKED_SECONDS})
        WHEN head.lease_token IS NULL AND head.due_at > statement_timestamp() THEN head.due_at
        ELSE statement_timestamp() + make_interval(secs => {_CROWD_SECONDS}) END
    FROM due CROSS JOIN LATERAL (
        SELECT version, due_at, parked_at, lease_token FROM messaging_inboxmessage earlier
        WHERE earlier.consumer = due.consumer AND earlier.key = due.key AND earlier.done_at IS NULL
        ORDER BY version LIMIT 1) head
    WHERE follower.id = due.id AND head.version < due.version AND (
        due.crowded OR head.parked_at IS NOT NULL OR (head.lease_token IS NULL AND head.due_at > statement_timestamp()))
    RETURNING due.crowded
"""  # noqa: S608 - our own names, no input
_FINISH = """
    WITH done AS (
        UPDATE messaging_inboxmessage SET done_at = statement_timestamp(), lease_token = NULL, last_error = ''
        WHERE id = ANY(%(ids)s) AND lease_token = %(token)s AND done_at IS NULL AND due_at > statement_timestamp()
        RETURNING id, consumer, key, version
    ), next AS (
        UPDATE messaging_inboxmessage SET due_at = statement_timestamp()
        FROM (
            SELECT follower.id FROM done CROSS JOIN LATERAL (
                SELECT id FROM messaging_inboxmessage later
                WHERE later.consumer = done.consumer AND later.key = done.key AND later.version > done.version
                  AND later.done_at IS NULL
                ORDER BY version LIMIT 1) follower
        ) following
        WHERE messaging_inboxmessage.id = following.id AND attempts = 0 AND due_at > statement_timestamp()
    )
    SELECT id, set_config('synchronous_commit', %(commit)s, true) FROM done
"""
_HAS_DUE = " OR ".join(
    f"EXISTS (SELECT 1 FROM messaging_inboxmessage WHERE {_DUE.replace('%(queue)s', 'q').format(attempts=attempts)})"  # noqa: S608
    for attempts in (_FRESH, _RETRY)
)


def drain(*, queue: str, seconds: float = math.inf) -> int:
    """Apply everything due in `queue` until nothing is left; return how many messages were handled or failed.

    After `seconds` the rest is left to another wake-up: a task that takes too long is killed with a message in its hands.
    """
    handled, crowded, deadline = 0, False, time.monotonic() + seconds
    for number in itertools.count(1):
        round_ = sum(_drain_claim(queue=queue, fresh=fresh, deadline=deadline) for fresh in (True, False))
        handled += round_
        if round_ == 0 and handled and not crowded:
            break
        if round_ == 0 or (round_ < _FEW_HEADS and number % _ROUNDS_BETWEEN_LOOKS == 0):
            crowded = _defer_followers(queue=queue)
            if round_ == 0 and not crowded:
                break
        if time.monotonic() >= deadline:
            wake_queues([queue])
            break
    return handled


def _defer_followers(*, queue: str) -> bool:
    """Put off due rows that wait for an earlier one of their key; tell whether they left no room for others."""
    return any(crowded for (crowded,) in fetch_all(queue, _DEFER, {"queue": queue, "window": WINDOW}))


def _drain_claim(*, queue: str, fresh: bool, deadline: float) -> int:
    """Claim and apply at once: a message claimed while another one runs would pay for the other's crash."""
    waiting, handled = list(_grouped(_claim(queue=queue, fresh=fresh))), 0
    for number, together in enumerate(waiting):
        if number and time.monotonic() >= deadline:
            _hand_back([message for rest in waiting[number:] for message in rest], alias=alias_for(queue))
            break
        _apply(together, alias=alias_for(queue))
        handled += len(together)
    return handled


def _hand_back(messages: Sequence[InboxMessage], *, alias: str) -> None:
    """Make claimed messages that nobody began due again, as if they had not been claimed."""
    ours = InboxMessage.objects.using(alias).filter(
        id__in=[message.id for message in messages], lease_token=messages[0].lease_token, done_at__isnull=True
    )
    ours.update(attempts=F("attempts") - 1, lease_token=None, due_at=Now())


def _grouped(messages: Sequence[InboxMessage]) -> Iterator[Sequence[InboxMessage]]:
    """Put the messages for one handler that takes batches together; every other message stays alone."""
    batches: dict[Any, list[InboxMessage]] = defaultdict(list)
    for message in messages:
        subscription = _find(message)
        if subscription and subscription.batch:
            batches[subscription.handler].append(message)
        else:
            yield [message]
    yield from batches.values()


def _claim(*, queue: str, fresh: bool) -> list[InboxMessage]:
    parameters = {
        "token": uuid4(),
        "lease": settings.MESSAGING["LEASE_SECONDS"],
        "queue": queue,
        "limit": BATCH if fresh else 1,
        "window": WINDOW,
        "commit": commit_for_later(),
    }
    claim = _CLAIM_FRESH if fresh else _CLAIM_RETRY
    alias = alias_for(queue)
    return [read_row(InboxMessage, row[:-1], using=alias) for row in fetch_from(alias, claim, parameters)]


def _apply(messages: Sequence[InboxMessage], *, alias: str) -> None:
    """Apply what belongs together; where that fails, try each alone, or record the failure of the one there is."""
    error = _try(messages, alias=alias)
    if error is None:
        return
    if len(messages) == 1:
        logger.error("message %s for %s failed", messages[0].id, messages[0].consumer, exc_info=error)
        _record_failure(messages[0], alias=alias, error=error)
        return
    logger.warning("%s messages for %s failed together: %r", len(messages), messages[0].consumer, error)
    for message in messages:
        _apply([message], alias=alias)


def _try(messages: Sequence[InboxMessage], *, alias: str) -> Exception | None:
    """Run the handler and record completion in one transaction; return what it raised."""
    try:
        if (tried := messages[0].attempts) > settings.MESSAGING["MAX_ATTEMPTS"]:
            raise RuntimeError(f"killed its worker {tried - 1} times")
        with transaction.atomic(using=alias):
            if ours := _finish(messages, alias=alias):
                _handle(ours)
    except Exception as error:  # a handler may raise anything; the message waits, its key waits, the queue goes on
        return error
    return None


def _finish(messages: Sequence[InboxMessage], *, alias: str) -> list[InboxMessage]:
    """Mark messages of one claim done, before their handler runs in the same transaction; return those whose lease is still ours.

    A crash of the server that loses the commit loses effects and mark together, and the message is due again. Whatever acts on the
    effects outside the database commits its own claim first.
    """
    ids = [message.id for message in messages]
    parameters = {"ids": ids, "token": messages[0].lease_token, "commit": commit_for_later()}
    ours = {row[0] for row in fetch_from(alias, _FINISH, parameters)}
    return [message for message in messages if message.id in ours]


def _find(message: InboxMessage) -> Subscription | None:
    """Return who listens, or None where that consumer listens to it no longer."""
    try:
        return find(consumer=message.consumer, event_type=message.event_type)
    except KeyError:
        return None


def _handle(messages: Sequence[InboxMessage]) -> None:
    """Call the one handler of these messages."""
    subscription = find(consumer=messages[0].consumer, event_type=messages[0].event_type)
    events = [decode_event(message.event_type, message.payload) for message in messages]
    if subscription.batch:
        subscription.handler(events)
        return
    reset = causation.set(messages[0].headers)
    try:
        subscription.handler(events[0])
    finally:
        causation.reset(reset)


def _record_failure(message: InboxMessage, *, alias: str, error: Exception) -> None:
    changes: dict[str, Any] = {
        "last_error": backoff.describe(error),
        "lease_token": None,
        "due_at": Now() + backoff.delay(message.attempts),
    }
    if message.attempts >= settings.MESSAGING["MAX_ATTEMPTS"]:
        changes["parked_at"] = Now()
    leased = InboxMessage.objects.using(alias).filter(
        id=message.id, lease_token=message.lease_token, done_at__isnull=True
    )
    leased.update(**changes)


def due_queues(*, alias: str) -> list[str]:
    """Return the queues of one database that have a due message."""
    due = [queue for queue in queues() if alias_for(queue) == alias]
    look = f"SELECT q FROM unnest(%s::text[]) q WHERE {_HAS_DUE}"  # noqa: S608 - our own names, no input
    return [row[0] for row in fetch_from(alias, look, [due])]


def wake_queues(names: Iterable[str]) -> None:
    """Send one collapsed wake-up to each queue."""
    for name in sorted(set(names)):
        wakeups.wake_task(task=DRAIN_TASK, queue=name, name=name)


def unpark(*, message_id: UUID, alias: str = "default") -> bool:
    """Give a parked message its attempts back, and let what waited behind it follow; return whether it was parked."""
    undone = InboxMessage.objects.using(alias).filter(done_at__isnull=True)
    with transaction.atomic(using=alias):
        parked = undone.select_for_update().filter(id=message_id, parked_at__isnull=False).first()
        if parked is None:
            return False
        waiting = undone.filter(consumer=parked.consumer, key=parked.key, version__gte=parked.version)
        waiting.update(parked_at=None, attempts=0, due_at=Now(), lease_token=None)
    return True


def replay(*, consumer: str, since: Any, alias: str = "default") -> int:
    """Apply done messages of a projection consumer again, from `since` (aware datetime) on; return how many.

    Raises ValueError for a consumer that is not declared a projection: it might send a mail twice.
    """
    from apps.messaging.subscriptions import subscriptions

    declared = [s for s in subscriptions() if s.consumer == consumer]
    if not declared or not all(s.projection for s in declared):
        raise ValueError(f"{consumer!r} is not declared a projection, so replaying it could repeat effects")
    done = InboxMessage.objects.using(alias).filter(consumer=consumer, occurred_at__gte=since, done_at__isnull=False)
    return done.update(done_at=None, attempts=0, due_at=Now(), lease_token=None)
