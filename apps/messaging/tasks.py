"""Celery entry points: collapsed wake-ups. Losing one costs a poll interval."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from apps.messaging import housekeeping, inbox, wakeups, work


@shared_task(name=inbox.DRAIN_TASK)
def drain(*, name: str, **kwargs: Any) -> None:
    """Drain the inbox of queue `name`."""
    wakeups.woken(name)
    inbox.drain(queue=name, seconds=inbox.TURN_SECONDS)


@shared_task(name=work.DRIVE_TASK)
def drive(*, name: str, **kwargs: Any) -> None:
    """Carry out the due items of work driver `name`."""
    work.drive(name=name, seconds=inbox.TURN_SECONDS)


@shared_task(name="messaging.prune")
def prune(**kwargs: Any) -> None:
    """Delete what is older than its retention."""
    housekeeping.prune()
