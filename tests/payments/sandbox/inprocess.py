"""The sandbox inside the test's own process: no socket, no threads, in memory, and only as fast as the test moves it.

Its clock is `time.time`, so a test that holds that holds the provider's too. Nothing is delivered and nothing expires by itself.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Mapping
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from apps.payments.gateways import registry
from apps.payments.gateways.line import CircuitBreaker
from apps.payments.sandbox import refunds, sessions
from apps.payments.sandbox.api import Api
from apps.payments.sandbox.config import Settings
from apps.payments.sandbox.dispatcher import Dispatcher, _Delivery, _Result
from apps.payments.sandbox.http import Request, Response
from apps.payments.sandbox.ledger import rows
from apps.payments.sandbox.pages import Pages
from apps.payments.sandbox.store import SCHEMA, Origin, Store
from apps.payments.sandbox.timers import Timers
from apps.payments.sandbox.webhooks import encode, sign

API_KEY, WEBHOOK_SECRET, URL = "sk_test_sandbox", "whsec_sandbox", "http://provider.test"


class MemoryStore(Store):
    """The sandbox's store in memory, which can be taken back to what it was."""

    def __init__(self, settings: Settings) -> None:
        self._connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._connection.executescript(SCHEMA)
        self._writer = self._reader = self._connection
        self._writing = self._reading = threading.Lock()
        self.background = Origin(settings=settings)

    def close(self) -> None:
        self._connection.close()

    def keep(self) -> bytes:
        return self._connection.serialize()

    def restore(self, kept: bytes) -> None:
        self._connection.deserialize(kept)


class InProcessSandbox:
    """Stripe as the sandbox plays it. A test calls it, pays on its pages, and hands its webhooks on one by one."""

    def __init__(self) -> None:
        settings = Settings(
            host="provider.test",
            port=80,
            state=Path("/nowhere"),
            public_url=URL,
            webhook_url="http://testserver/api/v1/payments/webhooks/stripe",
            webhook_secret=WEBHOOK_SECRET,
            webhook_delay=0.0,
            api_keys=(API_KEY,),
            session_min_seconds=1800,
        )
        self._store = MemoryStore(settings)
        self._dispatcher = Dispatcher(self._store, settings)
        self._api = Api(settings, self._store, self._dispatcher)
        self._pages = Pages(settings, self._store, self._dispatcher)
        actions = {
            "expire_session": sessions.expire_due,
            "fail_refund": refunds.fail,
            "settle_refund": refunds.settle,
        }
        self._timers = Timers(self._store, actions, after=lambda: None)

    def keep(self) -> bytes:
        return self._store.keep()

    def restore(self, kept: bytes) -> None:
        self._store.restore(kept)

    def close(self) -> None:
        self._dispatcher.stop()
        self._store.close()

    def answer(self, *, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Response:
        """Do what a request of the shop asks for, and return what would be sent back."""
        parts, message = urlsplit(url), Message()
        for name, value in headers.items():
            message[name] = value
        return self._api(Request(method, parts.path, parts.query, message, body))

    def pay_on_page(self, redirect_url: str, *, outcome: str = "approve") -> Response:
        """Submit the hosted page as a buyer does who was led to it."""
        form = f"outcome={outcome}".encode()
        return self._pages(Request("POST", urlsplit(redirect_url).path, "", Message(), form))

    def due_webhooks(self) -> list[_Delivery]:
        """Return the deliveries that the provider would send now, oldest first."""
        due, _ = self._dispatcher._read_due(time.time())
        return due

    def signed(self, delivery: _Delivery) -> tuple[bytes, dict[str, str]]:
        """Return a delivery's body and headers as they are sent now."""
        body = encode(delivery.event)
        return body, {"Stripe-Signature": sign(body, secret=WEBHOOK_SECRET, forgery=delivery.forgery)}

    def note_delivery(self, delivery: _Delivery, *, status: int) -> None:
        """Record how the shop answered: what is not accepted is sent again later."""
        self._dispatcher._record([_Result(delivery, 200 <= status < 300, str(status))])

    def lose_webhook(self, delivery: _Delivery) -> None:
        """Have a delivery never arrive; the provider goes on listing its event as undelivered."""
        with self._store.transaction() as tx:
            tx.run("UPDATE deliveries SET state = 'lost' WHERE seq = ?", delivery.seq)

    def run_timers(self) -> int:
        """Do what is due at the provider itself (pages that close, refunds that are decided); return how much that was."""
        with self._store.reading() as tx:
            due = tx.run("SELECT seq, action, subject FROM timers WHERE due_at <= ? ORDER BY due_at", time.time())
            found = due.fetchall()
        for seq, action, subject in found:
            self._timers._fire(seq, action, subject)
        return len(found)

    def next_due(self) -> float | None:
        """Return when the provider acts next by itself (Unix time), None where it does not."""
        with self._store.reading() as tx:
            moments = tx.run(
                "SELECT min(at) FROM (SELECT due_at AS at FROM deliveries WHERE state = 'pending' UNION ALL SELECT due_at FROM timers)"
            )
            return moments.fetchone()[0]

    def ledger(self) -> list[dict[str, Any]]:
        """Return every move of money, oldest first."""
        with self._store.reading() as tx:
            return rows(tx)

    def objects(self, kind: str) -> list[dict[str, Any]]:
        """Return all objects of a kind ("payment_intent", "refund"), oldest first."""
        with self._store.reading() as tx:
            ids = [row[0] for row in tx.run("SELECT id FROM objects WHERE kind = ? ORDER BY seq", kind)]
            return [found for object_id in ids if (found := tx.find(kind, object_id))]


def forget_gateways() -> None:
    """Forget what a process remembers of its providers: clients, circuit breakers, slots."""
    registry._stripe.cache_clear()


def breaker_defaults() -> dict[str, Any]:
    """Return what a circuit breaker is made with unless told otherwise: its `clock`."""
    defaults: dict[str, Any] = CircuitBreaker.__init__.__kwdefaults__
    return defaults
