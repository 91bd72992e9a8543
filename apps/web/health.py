"""Health: live says that the process answers, ready that it can serve."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from redis import Redis

from apps.persistence.databases import aliases
from apps.web.views import reply

_TIMEOUT_SECONDS: Final = 0.5
_OK: Final = "ok"


class NotMigrated(Exception):
    """The code needs migrations that this database has not seen."""


@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """Answer that this process runs; depends on nothing else, so that an outage elsewhere restarts nobody."""
    return reply({"status": _OK})


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Answer 200 where this process can serve, else 503; either way with the result of each check.

    Checks: every database answers and has all migrations, both Valkeys answer, nobody is draining this machine (the file
    that DRAIN_FILE names exists from the moment it is to get no more traffic).
    """
    checks: dict[str, Callable[[], object]] = {"draining": _refuse_when_draining}
    for alias in aliases():
        checks[f"database:{alias}"] = _query(alias)
        checks[f"migrations:{alias}"] = _migrations(alias)
    checks |= {"cache": _ping(settings.CACHE_URL), "state": _ping(settings.BROKER_URL)}
    results = {name: _result(check) for name, check in checks.items()}
    good = all(result == _OK for result in results.values())
    return reply({"status": _OK if good else "unavailable", "checks": results}, status=200 if good else 503)


def _result(check: Callable[[], object]) -> str:
    try:
        check()
    except Exception as error:  # whatever is wrong with a dependency, the answer is what kind of thing
        return type(error).__name__
    return _OK


def _refuse_when_draining() -> None:
    if settings.DRAIN_FILE and Path(settings.DRAIN_FILE).exists():
        raise InterruptedError


def _query(alias: str) -> Callable[[], None]:
    def check() -> None:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT 1")

    return check


def _migrations(alias: str) -> Callable[[], None]:
    return lambda: _require_migrated(alias)


@cache
def _require_migrated(alias: str) -> None:
    """Raise NotMigrated; once all are applied this is remembered, since nobody unapplies them under running code."""
    executor = MigrationExecutor(connections[alias])
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise NotMigrated


def _ping(url: str) -> Callable[[], Any]:
    def check() -> None:
        with Redis.from_url(url, socket_timeout=_TIMEOUT_SECONDS, socket_connect_timeout=_TIMEOUT_SECONDS) as client:
            client.ping()

    return check
