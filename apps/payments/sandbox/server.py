"""The sandbox put together: store, API, pages, control, webhooks and timers behind one HTTP server."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import IO

from . import refunds, sessions
from .api import Api
from .config import Settings
from .control import Control
from .dispatcher import Dispatcher
from .http import Request, Response, Server
from .idempotency import prune
from .pages import Pages
from .store import Store
from .timers import Timers


class StateInUse(Exception):
    """Another sandbox holds the state folder."""


class Sandbox:
    """One running sandbox; the HTTP server is bound before the state is opened."""

    def __init__(self, settings: Settings, server: Server) -> None:
        self._server = server
        self._lock = lock_state(settings.state)
        self._store = Store(settings.state / "sandbox.sqlite3", settings)
        with self._store.transaction() as tx:
            prune(tx)
        self._dispatcher = Dispatcher(self._store, settings)
        self._timers = Timers(
            self._store,
            {
                "expire_session": sessions.expire_due,
                "fail_refund": refunds.fail,
                "settle_refund": refunds.settle,
            },
            after=self._dispatcher.wake,
        )
        self._api = Api(settings, self._store, self._dispatcher)
        self._control = Control(self._store, self._api)
        self._pages = Pages(settings, self._store, self._dispatcher)
        server.application = self.route

    def route(self, request: Request) -> Response:
        if request.path == "/health":
            return Response(200, b'{"status": "ok"}', {"Content-Type": "application/json"})
        if request.path.startswith("/v1/"):
            return self._api(request)
        if request.path.startswith("/sandbox/"):
            return self._control(request)
        return self._pages(request)

    def serve(self) -> None:
        """Serve until `Server.shutdown`, then stop in order."""
        self._dispatcher.start()
        self._timers.start()
        try:
            self._server.serve_forever(poll_interval=0.1)
        finally:
            self._server.server_close()
            self._timers.stop()
            self._dispatcher.stop()
            self._store.close()
            self._lock.close()


def lock_state(state: Path) -> IO[str]:
    """One process per state folder: two would send every webhook twice."""
    lock = (state / "sandbox.lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        holder = lock.read().strip() or "unknown"
        lock.close()
        raise StateInUse(f"process {holder}") from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock
