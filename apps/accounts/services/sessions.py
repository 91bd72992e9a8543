"""Browsers that are signed in, so that a customer can see them and end one. The sessions themselves are Django's."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models.functions import Now

from apps.accounts.errors import SessionNotFound
from apps.accounts.models import BrowserSession, User
from apps.messaging import api as messaging

_LONGEST_DEVICE = 200


@messaging.command
def remember(*, user: User, session_key: str, device: str) -> None:
    """Note that a browser signed in; what it calls itself is kept as far as it fits."""
    printable = "".join(letter for letter in device if letter.isprintable())[:_LONGEST_DEVICE]
    BrowserSession.objects.update_or_create(session_key=session_key, defaults={"user": user, "device": printable})


@messaging.command
def forget(*, session_keys: list[str]) -> None:
    """Forget browsers whose session ended."""
    BrowserSession.objects.filter(session_key__in=session_keys).delete()


def list_live(*, user_id: UUID) -> list[BrowserSession]:
    """Return a customer's browsers whose session has not ended, the latest first."""
    rows = list(BrowserSession.objects.filter(user_id=user_id).order_by("-started_at"))
    keys = [row.session_key for row in rows]
    live = set(
        Session.objects.filter(session_key__in=keys, expire_date__gt=Now()).values_list("session_key", flat=True)
    )
    return [row for row in rows if row.session_key in live]


def end(*, user_id: UUID, session_id: UUID) -> None:
    """End the session first: where the second step fails, the browser is out all the same."""
    row = BrowserSession.objects.filter(pk=session_id, user_id=user_id).first()
    if row is None:
        raise SessionNotFound("There is no such sign-in of yours.")
    _end([row.session_key])


def end_all(*, user_id: UUID) -> None:
    """End all sessions of a customer."""
    _end(list(BrowserSession.objects.filter(user_id=user_id).values_list("session_key", flat=True)))


def _end(keys: list[str]) -> None:
    store: Any = import_module(settings.SESSION_ENGINE).SessionStore
    for key in keys:
        store(key).delete()
    forget(session_keys=keys)


@messaging.command
def forget_ended() -> int:
    """Forget browsers that signed in longer ago than any session lasts; return how many."""
    longest = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    return BrowserSession.objects.filter(started_at__lt=Now() - longest).delete()[0]
