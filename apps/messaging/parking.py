"""Everything that failed too often, in one list, and the way to try it again."""

from __future__ import annotations

from uuid import UUID

from apps.messaging import inbox, wakeups, work
from apps.messaging.contracts import ParkedItem
from apps.messaging.models import InboxMessage
from apps.persistence.databases import alias_for, aliases

MESSAGE = "message"


def list_parked() -> list[ParkedItem]:
    """Return parked messages and work items of all apps, newest first. `kind` is "message" or the work driver's name."""
    items = [item for alias in aliases() for item in _parked_messages(alias)]
    items += [item for driver in work.drivers() for item in _parked_work(driver)]
    return sorted(items, key=lambda item: item.parked_at, reverse=True)


def _parked_messages(alias: str) -> list[ParkedItem]:
    rows = InboxMessage.objects.using(alias).filter(parked_at__isnull=False, done_at__isnull=True)
    return [
        ParkedItem(
            kind=MESSAGE,
            id=row.id,
            name=f"{row.consumer} <- {row.event_type}",
            key=row.key,
            attempts=row.attempts,
            error=row.last_error,
            parked_at=row.parked_at,
        )
        for row in rows
        if row.parked_at
    ]


def _parked_work(driver: work.Driver) -> list[ParkedItem]:
    rows = driver.model._default_manager.using(alias_for(driver.queue)).filter(parked_at__isnull=False)
    return [
        ParkedItem(
            kind=driver.name,
            id=row.id,
            name=driver.name,
            key=str(row.id),
            attempts=row.attempts,
            error=row.last_error,
            parked_at=row.parked_at,
        )
        for row in rows
        if row.parked_at
    ]


def replay_parked(*, kind: str, item_id: UUID) -> bool:
    """Give a parked message or work item its attempts back and wake its worker; return whether it was parked."""
    if kind == MESSAGE:
        replayed = any(inbox.unpark(message_id=item_id, alias=alias) for alias in aliases())
        wakeups.poke_relay()
        return replayed
    replayed = work.unpark(name=kind, item_id=item_id)
    work.wake(kind)
    return replayed
