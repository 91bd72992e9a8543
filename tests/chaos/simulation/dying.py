"""Every place where a process can die, and the death of one.

The places: each COMMIT (before it, when nothing is done; after it, when all is done and the process knows nothing of it), each call of the
provider (before it; when the provider has done it and the reply is on its way; after the reply) and each mail (before, after). Between two
places nothing that outlives the process happens, so a death there is a death at the next of them.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest
from django.core.mail.backends import locmem
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.utils import translation

from apps.persistence.remembered import Remembered
from tests.chaos.simulation.database import SimulatedDatabase
from tests.payments.sandbox.inprocess import forget_gateways
from tests.sentinel import writes

T = TypeVar("T")
# What a statement writes: its tables, or the stored functions that write for it. To lock a row is not to write it.
_TABLE = re.compile(r'\b(?:insert\s+into|(?<!for )(?<!key )(?<!do )update|delete\s+from)\s+"?([a-z_]+)', re.IGNORECASE)
_NUMBER = re.compile(r"\d+")
_FUNCTION = re.compile(r"\b([a-z]+_[a-z_]+)\s*\(")
BEFORE, DONE, AFTER = "before", "done", "after"


class Died(BaseException):
    """The process was killed here. Nobody may catch it."""


@dataclass(frozen=True)
class Place:
    """The `number`-th place that a run comes to: a "commit", a "call" of the provider or a "mail", and what is done there."""

    number: int
    kind: str
    what: str


# Whether the process that comes to a place dies there, at that moment.
Fate = Callable[[Place, str], bool]


def nobody_dies(place: Place, moment: str) -> bool:
    return False


def dies_at(number: int, moment: str) -> Fate:
    """Return the fate of who comes to the `number`-th place, once."""
    return lambda place, at: (place.number, at) == (number, moment)


class Processes:
    """Runs what processes of the shop do, one in each thread, and kills one of them where it was told to."""

    def __init__(self, database: SimulatedDatabase) -> None:
        self._database = database
        self._mine = threading.local()
        self.begin(nobody_dies)

    def begin(self, fate: Fate) -> None:
        """Begin a run in which those die whose fate it is; `points` are the places and moments that it comes to."""
        self.fate = fate
        self._places = 0
        self.points: list[tuple[Place, str]] = []
        self.deaths: list[tuple[Place, str]] = []

    def run(self, doing: Callable[[], T]) -> tuple[bool, T | None]:
        """Have a process do something; return whether it lived to the end, and what came of it."""
        self._mine.lives = True
        try:
            result = doing()
        except Died:
            result = None
        except BaseException:
            if self.is_alive():  # a dead one's last words are nobody's business
                raise
            result = None
        lived, self._mine.lives = self.is_alive(), None
        if not lived:
            self._bury()
        return lived, result if lived else None

    @contextmanager
    def place(self, kind: str, what: str) -> Iterator[Callable[[], None]]:
        """Go through a place; call what is yielded when it is done and not yet told."""
        self._require_alive()
        if not self.is_alive():
            yield lambda: None
            return
        self._places += 1
        here = Place(self._places, kind, what)
        self._pass(here, BEFORE)
        yield lambda: self._pass(here, DONE)
        self._pass(here, AFTER)

    def _pass(self, here: Place, moment: str) -> None:
        self.points.append((here, moment))
        if self.fate(here, moment):
            self.deaths.append((here, moment))
            self._mine.lives = False
            for connection in connections.all(initialized_only=True):
                self._database.kill_session(connection)
            raise Died

    def is_alive(self) -> bool:
        """Return whether this thread is a process of the shop at work."""
        return getattr(self._mine, "lives", None) is True

    def _require_alive(self) -> None:
        if getattr(self._mine, "lives", None) is False:
            raise Died

    def _bury(self) -> None:
        """Forget what the dead process knew."""
        for connection in connections.all(initialized_only=True):
            self._database.kill_session(connection)
            connection.connection = None
            connection.in_atomic_block = connection.closed_in_transaction = connection.needs_rollback = False
            connection.atomic_blocks, connection.savepoint_ids, connection.run_on_commit = [], [], []
        forget_gateways()
        Remembered.forget_all()
        translation.deactivate()

    @contextmanager
    def watched(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        """Watch every connection of the test, and every mail."""

        def connect(connection: BaseDatabaseWrapper, real: Any = BaseDatabaseWrapper.connect) -> None:
            self._require_alive()
            real(connection)

        def commit(connection: BaseDatabaseWrapper, real: Any = BaseDatabaseWrapper._commit) -> None:
            tables = _watch_of(connection).end()
            if not tables:
                real(connection)
                return
            with self.place("commit", tables):
                real(connection)

        def rollback(connection: BaseDatabaseWrapper, real: Any = BaseDatabaseWrapper._rollback) -> None:
            _watch_of(connection).end()
            real(connection)

        def send(backend: Any, messages: Any, real: Any = locmem.EmailBackend.send_messages) -> int:
            with self.place("mail", _NUMBER.sub("N", ", ".join(message.subject for message in messages))):
                return int(real(backend, messages))

        def watch(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
            if not any(isinstance(wrapper, _Watch) for wrapper in connection.execute_wrappers):
                connection.execute_wrappers.append(_Watch(self))

        monkeypatch.setattr(BaseDatabaseWrapper, "connect", connect)
        monkeypatch.setattr(BaseDatabaseWrapper, "_commit", commit)
        monkeypatch.setattr(BaseDatabaseWrapper, "_rollback", rollback)
        monkeypatch.setattr(locmem.EmailBackend, "send_messages", send)
        connection_created.connect(watch, weak=False, dispatch_uid="simulation")
        try:
            yield
        finally:
            connection_created.disconnect(dispatch_uid="simulation")
            for connection in connections.all(initialized_only=True):
                kept = [wrapper for wrapper in connection.execute_wrappers if not isinstance(wrapper, _Watch)]
                connection.execute_wrappers[:] = kept


class _Watch:
    """Watches the statements of one connection: what a transaction writes, and what commits by itself."""

    def __init__(self, processes: Processes) -> None:
        self._processes = processes
        self._written: dict[str, None] = {}

    def __call__(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        self._processes._require_alive()
        targets = _targets(sql) if isinstance(sql, str) and writes(sql) else []
        if not targets:
            return execute(sql, params, many, context)
        self._written |= dict.fromkeys(targets)
        if context["connection"].in_atomic_block:
            return execute(sql, params, many, context)
        with self._processes.place("commit", self.end()):
            return execute(sql, params, many, context)

    def end(self) -> str:
        """Return what was written since the transaction began, and begin anew."""
        written, self._written = " ".join(self._written), {}
        return written


def _watch_of(connection: BaseDatabaseWrapper) -> _Watch:
    return next(wrapper for wrapper in connection.execute_wrappers if isinstance(wrapper, _Watch))


def _targets(sql: str) -> list[str]:
    """Return the tables that a statement writes; where it names none, the stored functions that it calls."""
    tables = _TABLE.findall(sql)
    return tables or ([] if "FOR " in sql else _FUNCTION.findall(sql))
