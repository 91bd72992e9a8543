"""Clients of the two Valkeys with short time-outs: a request waits milliseconds for them, not seconds."""

from __future__ import annotations

import time
from functools import cache
from typing import Final

from redis import Redis

_TIMEOUT_SECONDS: Final = 0.08
_PAUSE_SECONDS: Final = 0.5


@cache
def client(url: str) -> Redis:
    """Return the process's client of a server; connections are opened when used, and anew after a fork."""
    return Redis.from_url(url, socket_timeout=_TIMEOUT_SECONDS, socket_connect_timeout=_TIMEOUT_SECONDS)


class Breaker:
    """Keeps requests from waiting, each again, for a server that has just failed to answer."""

    def __init__(self) -> None:
        self._closed_at = 0.0

    @property
    def is_open(self) -> bool:
        """Return whether the server failed within the last half second."""
        return time.monotonic() < self._closed_at

    def trip(self) -> None:
        """Note a failure."""
        self._closed_at = time.monotonic() + _PAUSE_SECONDS
