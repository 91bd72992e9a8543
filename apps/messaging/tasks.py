"""Celery entry points: collapsed wake-ups. Losing one costs a poll interval."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.conf import settings

from apps.messaging import auditing, housekeeping, inbox, subscriptions, wakeups, work

# Beat asks for an audit every few minutes; it walks over every row there is.
_AUDIT_SECONDS = 20.0


@worker_ready.connect
def begin_anew(**kwargs: Any) -> None:
    """Let every wake-up through: those on their way may have ended with the worker that this one replaces."""
    for name in (*subscriptions.queues(), *(driver.name for driver in work.drivers())):
        wakeups.woken(name)


def _turn(seconds: float = inbox.TURN_SECONDS) -> float:
    """Return the seconds after which a task leaves the rest to another wake-up: well before it would be killed."""
    return min(seconds, settings.CELERY_TASK_TIME_LIMIT / 2)


@shared_task(name=inbox.DRAIN_TASK)
def drain(*, name: str, **kwargs: Any) -> None:
    """Drain the inbox of queue `name`."""
    wakeups.woken(name)
    inbox.drain(queue=name, seconds=_turn())


@shared_task(name=work.DRIVE_TASK)
def drive(*, name: str, **kwargs: Any) -> None:
    """Carry out the due items of work driver `name`."""
    work.drive(name=name, seconds=_turn())


@shared_task(name="messaging.audit")
def audit(**kwargs: Any) -> None:
    """Carry the audit on for some seconds."""
    auditing.carry_on(seconds=_turn(_AUDIT_SECONDS))


@shared_task(name="messaging.prune")
def prune(**kwargs: Any) -> None:
    """Delete what is older than its retention."""
    housekeeping.prune()
