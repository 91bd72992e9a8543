"""Idempotency keys: https://docs.stripe.com/api/idempotent_requests.

The first answer after execution began, 4xx and 500 included, is stored in the transaction of the
work itself and returned to every repeat for 24 hours. Refused parameters and conflicts are not stored.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import parse_qsl

from .errors import ApiError, conflict, invalid
from .store import Store, Transaction

KEPT_SECONDS = 24 * 3600
MAX_KEY_LENGTH = 255


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    request_id: str


@dataclass(frozen=True)
class KeyedRequest:
    """What identifies a repeat: the account's key, the idempotency key, and the fingerprint."""

    api_key: str
    key: str
    path: str
    body: bytes

    @property
    def fingerprint(self) -> str:
        pairs = sorted(parse_qsl(self.body.decode(), keep_blank_values=True))
        return sha256(repr((self.path, pairs)).encode()).hexdigest()


class Idempotency:
    """Claims keys. What is under way lives in memory: a killed process has nothing under way."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._under_way: set[tuple[str, str]] = set()

    @contextmanager
    def claim(self, request: KeyedRequest | None) -> Iterator[Answer | None]:
        """Yields the stored answer of a repeat, or None when the caller is to execute."""
        if request is None:
            yield None
            return
        if len(request.key) > MAX_KEY_LENGTH:
            raise invalid(f"Idempotency keys are at most {MAX_KEY_LENGTH} characters long.")
        scope = (request.api_key, request.key)
        with self._lock:
            if scope in self._under_way:
                raise conflict()
            self._under_way.add(scope)
        try:
            yield self._stored(request)
        finally:
            with self._lock:
                self._under_way.discard(scope)

    def _stored(self, request: KeyedRequest) -> Answer | None:
        with self._store.reading() as tx:
            row = tx.run(
                "SELECT path, fingerprint, status, body, request_id FROM answers"
                " WHERE api_key = ? AND key = ? AND created > ?",
                request.api_key,
                request.key,
                time.time() - KEPT_SECONDS,
            ).fetchone()
        if row is None:
            return None
        path, fingerprint, status, body, request_id = row
        if path != request.path:
            raise _misused(request.key, f"for the same endpoint they were first used for ('{path}')")
        if fingerprint != request.fingerprint:
            raise _misused(request.key, "with the same parameters they were first used with")
        return Answer(status, body, request_id)


def remember(tx: Transaction, request: KeyedRequest, answer: Answer) -> None:
    """Store the answer in the transaction of the work it tells of."""
    tx.run(
        "INSERT OR REPLACE INTO answers (api_key, key, path, fingerprint, status, body, request_id, created)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        request.api_key,
        request.key,
        request.path,
        request.fingerprint,
        answer.status,
        answer.body,
        answer.request_id,
        time.time(),
    )


def prune(tx: Transaction) -> None:
    tx.run("DELETE FROM answers WHERE created <= ?", time.time() - KEPT_SECONDS)


def _misused(key: str, rule: str) -> ApiError:
    return ApiError(
        400,
        "idempotency_error",
        f"Keys for idempotent requests can only be used {rule}. "
        f"Try using a key other than '{key}' if you meant to execute a different request.",
    )
