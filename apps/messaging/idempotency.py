"""Idempotency: a repeat of a request gets the first answer; two at once take turns.

The lock is a session advisory lock of PostgreSQL, so a process that dies lets go of it at once and the repeat resumes.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import orjson
from django.db import connections

from apps.messaging.contracts import IdempotencyScope, StoredAnswer
from apps.messaging.errors import IdempotencyKeyInUse, IdempotencyKeyReused
from apps.messaging.models import IdempotencyRecord
from apps.persistence.databases import alias_for
from apps.persistence.statements import fetch_all, insert_rows

WAIT_SECONDS = 10.0
_POLL_SECONDS = 0.02
_FIND = "SELECT fingerprint, status, body, headers FROM messaging_idempotencyrecord WHERE reference = %s"
_TAKE_TURN = "SELECT taken, fingerprint, status, body, headers FROM messaging_take_turn(%s, %s)"


def find_answer(scope: IdempotencyScope, *, app: str) -> StoredAnswer | None:
    """Return the stored answer of `scope` in the database of `app`, or None.

    Raises IdempotencyKeyReused (422) where the first request had another body.
    """
    found = fetch_all(app, _FIND, [scope.reference])
    return _read(scope, found[0]) if found else None


def _read(scope: IdempotencyScope, record: Sequence[Any]) -> StoredAnswer | None:
    fingerprint, status, body, headers = record
    if fingerprint is None:
        return None
    if fingerprint != scope.fingerprint:
        raise IdempotencyKeyReused(f"Idempotency-Key {scope.key!r} was used with another body; use a new key.")
    return StoredAnswer(status=status, body=json.loads(body), headers=json.loads(headers))


def store_answer(scope: IdempotencyScope, answer: StoredAnswer, *, app: str) -> None:
    """Keep the answer to a request whose work did not keep it (`publish(..., answer=)`). A repeat keeps the first answer."""
    insert_rows([record_of(scope, answer)], using=alias_for(app), ignore_conflicts_of=(IdempotencyRecord,))


def record_of(scope: IdempotencyScope, answer: StoredAnswer) -> IdempotencyRecord:
    """Return the row that keeps an answer."""
    return IdempotencyRecord(
        reference=scope.reference,
        fingerprint=scope.fingerprint,
        status=answer.status,
        body=orjson.dumps(answer.body).decode(),
        headers=answer.headers,
    )


@contextmanager
def exclusive(
    scope: IdempotencyScope, *, app: str, of_caller: bool = False, wait_seconds: float = WAIT_SECONDS
) -> Iterator[StoredAnswer | None]:
    """Let one request of `scope` at a time through, or with `of_caller` one of its caller's, whatever key and route.

    Yields the answer that is stored for `scope`, as `find_answer` would. Raises IdempotencyKeyInUse after `wait_seconds`, and
    IdempotencyKeyReused.
    """
    digest = hashlib.sha256(scope.caller.encode()).hexdigest() if of_caller else scope.reference
    lock = int.from_bytes(bytes.fromhex(digest)[:8], "big", signed=True)
    connection, deadline = connections[alias_for(app)], time.monotonic() + wait_seconds
    while True:
        ((taken, *record),) = fetch_all(app, _TAKE_TURN, [lock, scope.reference])
        if taken:
            break
        if time.monotonic() >= deadline:
            raise IdempotencyKeyInUse(f"A request like the one with Idempotency-Key {scope.key!r} is still under way.")
        time.sleep(_POLL_SECONDS)
    try:
        yield _read(scope, record)
    finally:
        # A connection that broke meanwhile has let go of the lock by itself.
        if connection.connection is not None and not connection.connection.closed:
            fetch_all(app, "SELECT pg_advisory_unlock(%s)", [lock])
