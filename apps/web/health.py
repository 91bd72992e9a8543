"""Health: live says that the process answers, ready that it can serve."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.db import connections
from django.http import HttpRequest, HttpResponse
from redis import Redis

from apps.persistence.databases import aliases
from apps.web.views import reply

_TIMEOUT_SECONDS: Final = 0.5


def live(request: HttpRequest) -> HttpResponse:
    """Answer that this process runs."""
    return reply({"status": "ok"})


def ready(request: HttpRequest) -> HttpResponse:
    """Answer 200 where databases and both Valkeys answer, else 503; either way with each one's result."""
    checks: dict[str, Callable[[], Any]] = {f"database:{alias}": _database(alias) for alias in aliases()}
    checks |= {"cache": _valkey(settings.CACHE_URL), "state": _valkey(settings.BROKER_URL)}
    results = {name: _result(check) for name, check in checks.items()}
    good = all(result == "ok" for result in results.values())
    return reply({"status": "ok" if good else "unavailable", "checks": results}, status=200 if good else 503)


def _result(check: Callable[[], Any]) -> str:
    try:
        check()
    except Exception as error:  # whatever is wrong with a dependency, the answer is its name
        return type(error).__name__
    return "ok"


def _database(alias: str) -> Callable[[], None]:
    def check() -> None:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT 1")

    return check


def _valkey(url: str) -> Callable[[], Any]:
    def check() -> None:
        with Redis.from_url(url, socket_timeout=_TIMEOUT_SECONDS, socket_connect_timeout=_TIMEOUT_SECONDS) as client:
            client.ping()

    return check
