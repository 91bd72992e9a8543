"""The sandbox's memory: one SQLite file that survives `kill -9`.

WAL with `synchronous=FULL`: an answer leaves only after its one transaction is on disk.
Stripe objects are documents; money moves, events' deliveries, stored answers, timers and
scripted faults have tables of their own.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import string
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .config import Settings

Json = dict[str, Any]

SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    parent TEXT,
    created INTEGER NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS objects_by_kind ON objects (kind, seq);
CREATE INDEX IF NOT EXISTS objects_by_parent ON objects (parent, kind, seq);
CREATE TABLE IF NOT EXISTS ledger (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('charge', 'refund', 'void', 'refund_failure')),
    payment_intent TEXT NOT NULL,
    object TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    at REAL NOT NULL,
    idempotency_key TEXT,
    order_id TEXT
);
CREATE TRIGGER IF NOT EXISTS ledger_keeps_rows BEFORE DELETE ON ledger
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER IF NOT EXISTS ledger_keeps_values BEFORE UPDATE ON ledger
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TABLE IF NOT EXISTS deliveries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    event TEXT NOT NULL,
    type TEXT NOT NULL,
    due_at REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'lost', 'abandoned')),
    forgery TEXT,
    forged_attempts INTEGER NOT NULL DEFAULT 0,
    held INTEGER NOT NULL DEFAULT 0,
    last_answer TEXT
);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (state, due_at);
CREATE INDEX IF NOT EXISTS deliveries_by_event ON deliveries (event);
CREATE TABLE IF NOT EXISTS answers (
    api_key TEXT NOT NULL,
    key TEXT NOT NULL,
    path TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL,
    body BLOB NOT NULL,
    request_id TEXT NOT NULL,
    created REAL NOT NULL,
    PRIMARY KEY (api_key, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS timers (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    due_at REAL NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS timers_due ON timers (due_at);
CREATE TABLE IF NOT EXISTS faults (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    spec TEXT NOT NULL,
    remaining INTEGER NOT NULL
);
"""

_ALPHABET = string.ascii_letters + string.digits


def new_id(prefix: str, *, length: int = 24) -> str:
    return f"{prefix}_" + "".join(secrets.choice(_ALPHABET) for _ in range(length))


def timestamp() -> int:
    """Unix time in whole seconds, as Stripe's `created`."""
    return int(time.time())


def render(document: Json) -> Json:
    """What callers see of a document: names with an underscore are the sandbox's own."""
    return {key: value for key, value in document.items() if not key.startswith("_")}


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Which request a transaction belongs to; events and ledger rows name it."""

    settings: Settings
    request_id: str | None = None
    idempotency_key: str | None = None
    refund_fails_after: float | None = None  # seconds, scripted by a fault


class Transaction:
    """Documents and rows inside one SQLite transaction."""

    def __init__(self, connection: sqlite3.Connection, origin: Origin) -> None:
        self._connection = connection
        self.origin = origin
        self.deliveries = 0
        self.await_events: dict[str, float] = {}  # event id -> seconds to wait for its delivery

    def run(self, sql: str, *values: Any) -> sqlite3.Cursor:
        return self._connection.execute(sql, values)

    def insert(self, kind: str, document: Json, *, parent: str | None = None) -> None:
        self.run(
            "INSERT INTO objects (id, kind, parent, created, body) VALUES (?, ?, ?, ?, ?)",
            document["id"],
            kind,
            parent,
            document["created"],
            json.dumps(document),
        )

    def save(self, document: Json) -> None:
        self.run("UPDATE objects SET body = ? WHERE id = ?", json.dumps(document), document["id"])

    def find(self, kind: str, object_id: str) -> Json | None:
        row = self.run("SELECT body FROM objects WHERE id = ? AND kind = ?", object_id, kind).fetchone()
        return _load(row)

    def find_any(self, object_id: str) -> Json | None:
        return _load(self.run("SELECT body FROM objects WHERE id = ?", object_id).fetchone())

    def children(self, kind: str, parent: str) -> list[Json]:
        """Newest first."""
        rows = self.run("SELECT body FROM objects WHERE parent = ? AND kind = ? ORDER BY seq DESC", parent, kind)
        return [json.loads(row[0]) for row in rows]

    def set_timer(self, action: str, subject: str, *, due_at: float) -> None:
        self.run("INSERT INTO timers (due_at, action, subject) VALUES (?, ?, ?)", due_at, action, subject)


def _load(row: tuple[str] | None) -> Json | None:
    if row is None:
        return None
    document: Json = json.loads(row[0])
    return document


class Store:
    """One writing connection and one reading connection, each used by one thread at a time."""

    def __init__(self, path: Path, settings: Settings) -> None:
        self._writer = _connect(path)
        self._writer.executescript(SCHEMA)
        self._reader = _connect(path)
        self._writing = threading.Lock()
        self._reading = threading.Lock()
        self.background = Origin(settings=settings)

    @contextmanager
    def transaction(self, origin: Origin | None = None) -> Iterator[Transaction]:
        """One durable transaction; an exception undoes it."""
        with self._writing:
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield Transaction(self._writer, origin or self.background)
                self._writer.execute("COMMIT")
            except BaseException:
                self._writer.execute("ROLLBACK")
                raise

    @contextmanager
    def reading(self, origin: Origin | None = None) -> Iterator[Transaction]:
        """One consistent view of what is committed; never waits for a writer."""
        with self._reading:
            self._reader.execute("BEGIN")
            try:
                yield Transaction(self._reader, origin or self.background)
            finally:
                self._reader.execute("ROLLBACK")

    def close(self) -> None:
        with self._writing, self._reading:
            self._reader.close()
            self._writer.close()


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return connection
