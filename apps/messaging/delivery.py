"""What must hold of events and work on their way: published, copied to whoever listens, and applied, all of it before long."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final
from uuid import UUID

from apps.messaging import audits, wakeups, work
from apps.messaging.contracts import Finding
from apps.messaging.models import OutboxMessage
from apps.messaging.subscriptions import subscriptions
from apps.persistence.databases import alias_for, aliases
from apps.persistence.statements import fetch_from

_LATE: Final = "statement_timestamp() - interval '15 minutes'"
# A shop whose relay stands still has no need of a longer list.
_MOST: Final = 1000
_UNPUBLISHED: Final = f"""
    SELECT id, event_type, key FROM messaging_outboxmessage
    WHERE published_at IS NULL AND occurred_at < {_LATE} AND (%(ids)s::uuid[] IS NULL OR id = ANY(%(ids)s::uuid[]))
    ORDER BY occurred_at LIMIT {_MOST}
"""  # noqa: S608 - our own words, no input
_UNAPPLIED: Final = f"""
    SELECT id, consumer, event_type, key, attempts, last_error FROM messaging_inboxmessage
    WHERE done_at IS NULL AND parked_at IS NULL AND occurred_at < {_LATE} AND due_at < {_LATE}
      AND (%(ids)s::uuid[] IS NULL OR id = ANY(%(ids)s::uuid[]))
    ORDER BY due_at LIMIT {_MOST}
"""  # noqa: S608 - our own words, no input
_NEVER_TRIED: Final = "never tried: no worker takes its queue, or too few do"
# A consumer hears what was published since it first heard anything of the kind; what was before may have been before it listened.
_UNCOPIED: Final = f"""
    WITH listening AS (
        SELECT consumer, event_type, min(occurred_at) AS since FROM messaging_inboxmessage
        WHERE (consumer, event_type) IN (SELECT * FROM unnest(%(consumers)s::text[], %(types)s::text[]))
        GROUP BY consumer, event_type
    )
    SELECT message.id, event_type, message.key, array_agg(consumer ORDER BY consumer)
    FROM messaging_outboxmessage message JOIN listening USING (event_type)
    WHERE published_at < {_LATE} AND message.occurred_at >= since
      AND (%(ids)s::uuid[] IS NULL OR message.id = ANY(%(ids)s::uuid[]))
      AND NOT EXISTS (SELECT FROM messaging_inboxmessage copy
                      WHERE copy.consumer = listening.consumer AND copy.message_id = message.id)
    GROUP BY message.id, event_type, message.key LIMIT {_MOST}
"""  # noqa: S608 - our own words, no input


def _ids(subjects: Sequence[str] | None) -> dict[str, Any]:
    return {"ids": None if subjects is None else list(subjects)}


@audits.check("messaging.published", holds="Every event leaves the outbox within a quarter of an hour")
def _published(subjects: Sequence[str] | None) -> Iterator[Finding]:
    for alias in aliases():
        for message_id, event_type, key in fetch_from(alias, _UNPUBLISHED, _ids(subjects)):
            yield Finding(subject=str(message_id), detail=f"{event_type} of {key} waits in the outbox: no relay runs.")


@audits.check("messaging.applied", holds="Every event is applied, or parked, before long")
def _applied(subjects: Sequence[str] | None) -> Iterator[Finding]:
    for alias in aliases():
        for row in fetch_from(alias, _UNAPPLIED, _ids(subjects)):
            message_id, consumer, event_type, key, attempts, error = row
            tried = f"tried {attempts} times, last {error}" if attempts else _NEVER_TRIED
            yield Finding(subject=str(message_id), detail=f"{consumer} has not applied {event_type} of {key}: {tried}.")


@audits.check("messaging.copied", holds="Every event reached everyone who listens to it")
def _copied(subjects: Sequence[str] | None) -> Iterator[Finding]:
    listening: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for subscription in subscriptions():
        listening[subscription.alias].append((subscription.consumer, subscription.event_type))
    for alias, found in listening.items():
        consumers, types = zip(*found, strict=True)
        parameters = {**_ids(subjects), "consumers": list(consumers), "types": list(types)}
        for message_id, event_type, key, missing in fetch_from(alias, _UNCOPIED, parameters):
            detail = f"{event_type} of {key} never reached {', '.join(missing)}."
            yield Finding(subject=str(message_id), detail=detail, repair="messaging.send_again")


@audits.repair(
    "messaging.send_again", does="Send this event again to everyone who listens; who had it already does nothing."
)
def _send_again(subject: str) -> None:
    for alias in aliases():
        OutboxMessage.objects.using(alias).filter(pk=UUID(subject)).update(published_at=None)
    wakeups.poke_relay()


@audits.check("messaging.work", holds="All work is done, or parked, before long")
def _work_done(subjects: Sequence[str] | None) -> Iterator[Finding]:
    """Subjects are the driver's name and the item's id."""
    for driver in work.drivers():
        table = driver.model._meta.db_table
        due = f"SELECT * FROM {table} WHERE next_run_at < {_LATE} AND parked_at IS NULL"  # noqa: S608 - our own names, no input
        # Thousands of slow ones may wait for hours; where the first of them is not taken, nothing moves.
        first = f"SELECT DISTINCT ON (attempts = 0) * FROM ({due}) due ORDER BY attempts = 0, next_run_at"  # noqa: S608
        sql = f"""
            SELECT id, attempts, last_error FROM ({first if driver.slow else due}) late
            WHERE %(ids)s::uuid[] IS NULL OR id = ANY(%(ids)s::uuid[]) ORDER BY next_run_at LIMIT {_MOST}
        """  # noqa: S608 - names of our own tables, no input
        for item_id, attempts, error in fetch_from(alias_for(driver.queue), sql, _ids(_of_driver(driver, subjects))):
            tried = f"tried {attempts} times, last {error}" if attempts else _NEVER_TRIED
            yield Finding(subject=f"{driver.name}:{item_id}", detail=f"{driver.name} is late: {tried}.")


def _of_driver(driver: work.Driver, subjects: Iterable[str] | None) -> list[str] | None:
    if subjects is None:
        return None
    named = (subject.rpartition(":") for subject in subjects)
    return [item_id for name, _, item_id in named if name == driver.name]
