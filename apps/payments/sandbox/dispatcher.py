"""Sends due webhooks until each is answered with 2xx."""

from __future__ import annotations

import http.client
import queue
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from .config import API_VERSION, Settings
from .store import Json, Origin, Store, Transaction
from .webhooks import MAX_ATTEMPTS, encode, retry_delay, sign

WORKERS = 12
ANSWER_SECONDS = 10.0
IDLE_SECONDS = 1.0


@dataclass(frozen=True)
class _Delivery:
    seq: int
    event: Json
    attempts: int
    forgery: str | None


@dataclass(frozen=True)
class _Result:
    delivery: _Delivery
    accepted: bool
    answer: str


class Dispatcher:
    """One thread decides and records, a pool sends; results are recorded in batches."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._wake = threading.Event()
        self._stopping = False
        self._busy: set[int] = set()
        self._results: queue.SimpleQueue[_Result] = queue.SimpleQueue()
        self._awaited: dict[str, threading.Event] = {}
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="webhook")
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)

    def start(self) -> None:
        if self._settings.webhook_url is not None:
            self._thread.start()

    def stop(self) -> None:
        self._stopping = True
        self._wake.set()
        self._pool.shutdown(wait=False, cancel_futures=True)
        if self._thread.is_alive():
            self._thread.join(ANSWER_SECONDS)

    def wake(self) -> None:
        self._wake.set()

    @contextmanager
    def transaction(self, origin: Origin) -> Iterator[Transaction]:
        """A transaction whose webhooks leave once it is committed."""
        with self._store.transaction(origin) as tx:
            yield tx
        if tx.deliveries:
            self.wake()
        for event_id, seconds in tx.await_events.items():
            self.wait_for(event_id, seconds=seconds)

    def wait_for(self, event_id: str, *, seconds: float) -> None:
        """Returns once the event's webhook was attempted, at most after `seconds`."""
        attempted = self._awaited.setdefault(event_id, threading.Event())
        with self._store.reading() as tx:
            row = tx.run("SELECT MAX(attempts) FROM deliveries WHERE event = ?", event_id).fetchone()
        if not row[0]:
            attempted.wait(seconds)
        self._awaited.pop(event_id, None)

    def _run(self) -> None:
        while not self._stopping:
            try:
                self._record(self._drain())
                pause = self._send_due()
            except Exception:
                sys.stderr.write(f"webhooks: {traceback.format_exc()}")
                pause = IDLE_SECONDS
            self._wake.wait(pause)
            self._wake.clear()

    def _send_due(self) -> float:
        """Hands due deliveries to the pool; returns the seconds until the next one is due."""
        now = time.time()
        due, next_due = self._read_due(now)
        for delivery in due:
            self._busy.add(delivery.seq)
            self._pool.submit(self._attempt, delivery)
        return min(IDLE_SECONDS, max(0.0, next_due - now)) if next_due else IDLE_SECONDS

    def _read_due(self, now: float) -> tuple[list[_Delivery], float | None]:
        with self._store.reading() as tx:
            rows = tx.run(
                "SELECT d.seq, d.event, d.attempts, d.forgery, d.forged_attempts FROM deliveries d"
                " WHERE d.state = 'pending' AND d.due_at <= ? ORDER BY d.due_at, d.seq LIMIT ?",
                now,
                4 * WORKERS + len(self._busy),
            ).fetchall()
            due = [_load(tx, row) for row in rows if row[0] not in self._busy]
            sql = "SELECT MIN(due_at) FROM deliveries WHERE state = 'pending' AND due_at > ?"
            next_due: float | None = tx.run(sql, now).fetchone()[0]
        return due, next_due

    def _attempt(self, delivery: _Delivery) -> None:
        try:
            status = self._post(encode(delivery.event), delivery.forgery)
            result = _Result(delivery, 200 <= status < 300, str(status))
        except (OSError, http.client.HTTPException) as error:
            result = _Result(delivery, False, f"{type(error).__name__}: {error}")
        self._results.put(result)
        self._wake.set()

    def _post(self, body: bytes, forgery: str | None) -> int:
        parts = urlsplit(self._settings.webhook_url or "")
        https = parts.scheme == "https"
        kind = http.client.HTTPSConnection if https else http.client.HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=ANSWER_SECONDS)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": f"Stripe/1.0 (sandbox; {API_VERSION})",
            "Stripe-Signature": sign(body, secret=self._settings.webhook_secret, forgery=forgery),
        }
        try:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", target, body, headers)
            return connection.getresponse().status
        finally:
            connection.close()

    def _drain(self) -> list[_Result]:
        results = []
        while True:
            try:
                results.append(self._results.get_nowait())
            except queue.Empty:
                return results

    def _record(self, results: list[_Result]) -> None:
        if not results:
            return
        with self._store.transaction() as tx:
            for result in results:
                _write(tx, result)
        for result in results:
            self._busy.discard(result.delivery.seq)
            attempted = self._awaited.get(result.delivery.event["id"])
            if attempted is not None:
                attempted.set()


def _load(tx: Transaction, row: tuple[int, str, int, str | None, int]) -> _Delivery:
    seq, event_id, attempts, forgery, forged_attempts = row
    event = tx.find("event", event_id)
    assert event is not None, f"delivery {seq} of the unknown event {event_id}"  # noqa: S101 - written together
    return _Delivery(seq, event, attempts, forgery if attempts < forged_attempts else None)


def _write(tx: Transaction, result: _Result) -> None:
    delivery, now = result.delivery, time.time()
    attempts = delivery.attempts + 1
    if result.accepted:
        state, due_at = "delivered", now
        # An event held back to arrive out of order follows the first later one.
        tx.run("UPDATE deliveries SET held = 0, due_at = ? WHERE held = 1 AND seq < ?", now, delivery.seq)
    else:
        state = "pending" if attempts < MAX_ATTEMPTS else "abandoned"
        due_at = now + retry_delay(attempts)
    tx.run(
        "UPDATE deliveries SET attempts = ?, state = ?, due_at = ?, last_answer = ? WHERE seq = ?",
        attempts,
        state,
        due_at,
        result.answer,
        delivery.seq,
    )
