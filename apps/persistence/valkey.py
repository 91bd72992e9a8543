"""Clients of the two Valkeys with short time-outs: a request waits milliseconds for them, not seconds."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Sequence
from functools import cache
from typing import Any, Final

from redis import ConnectionError as Disconnected
from redis import ConnectionPool, Redis
from redis.exceptions import NoScriptError

_TIMEOUT_SECONDS: Final = 0.08
_PAUSE_SECONDS: Final = 0.5


@cache
def client(url: str) -> Redis:
    """Return the process's client of a server; connections are opened when used, and anew after a fork."""
    return Redis.from_url(url, socket_timeout=_TIMEOUT_SECONDS, socket_connect_timeout=_TIMEOUT_SECONDS)


class Line:
    """One server over a connection that each thread keeps.

    A call costs half the processor time of one through a pooled client, which is most of what a kept answer costs.
    """

    def __init__(self, url: str) -> None:
        self._pool = ConnectionPool.from_url(
            url, socket_timeout=_TIMEOUT_SECONDS, socket_connect_timeout=_TIMEOUT_SECONDS
        )
        self._local = threading.local()

    def call(self, *command: str | int | bytes) -> Any:
        """Send a command and return its reply; raises RedisError where the server is away or too slow."""
        try:
            return self._send(command)
        except Disconnected:
            # A server that restarted closed this connection; whether it is back, only a new one can tell.
            self._local.__dict__.clear()
        return self._send(command)

    def _send(self, command: Sequence[str | int | bytes]) -> Any:
        connection = self._connection()
        connection.send_command(*command, check_health=False)
        return connection.read_response()

    def _connection(self) -> Any:
        held = getattr(self._local, "held", None)
        if held is None or held[0] != os.getpid():
            held = self._local.held = (os.getpid(), self._pool.make_connection())
        return held[1]


@cache
def line(url: str) -> Line:
    """Return the process's line to a server."""
    return Line(url)


class Script:
    """A Lua script on one server."""

    def __init__(self, *, url: str, source: str) -> None:
        self._line, self._source = line(url), source
        self._digest = hashlib.sha1(source.encode()).hexdigest()  # noqa: S324 - how EVALSHA names scripts

    def __call__(self, *, keys: Sequence[str], args: Sequence[int]) -> Any:
        """Run the script and return its reply; raises RedisError where the server is away or too slow."""
        command: list[str | int] = ["EVALSHA", self._digest, len(keys), *keys, *args]
        try:
            return self._line.call(*command)
        except NoScriptError:
            self._line.call("SCRIPT LOAD", self._source)
        return self._line.call(*command)


class Breaker:
    """Keeps requests from waiting, each again, for a server that has just failed to answer."""

    def __init__(self) -> None:
        self._open_until = 0.0

    @property
    def is_open(self) -> bool:
        """Return whether the server failed within the last half second."""
        return time.monotonic() < self._open_until

    def trip(self) -> None:
        """Note a failure."""
        self._open_until = time.monotonic() + _PAUSE_SECONDS
