"""Webhook deliveries: what is due when, and how it is signed.

Deliveries are rows written with the event, so they survive a kill of the sandbox.
Signature: https://docs.stripe.com/webhooks#verify-manually.
"""

from __future__ import annotations

import hmac
import json
import time
from dataclasses import dataclass
from hashlib import sha256

from . import faults
from .store import Json, Transaction

# Stripe retries for three days with growing pauses; a test cannot wait, so the pauses are short.
RETRY_SECONDS = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0)
MAX_ATTEMPTS = 200
OLD_SIGNATURE_SECONDS = 600  # twice what `stripe.Webhook` tolerates


@dataclass
class _Plan:
    due_at: float
    copies: int = 1
    state: str = "pending"
    forgery: str | None = None
    forged_attempts: int = 0
    held: bool = False


def schedule(tx: Transaction, event: Json) -> None:
    """Write the deliveries of a new event, as bent by a scripted fault."""
    settings = tx.origin.settings
    if settings.webhook_url is None:
        return
    plan = _Plan(due_at=time.time() + settings.webhook_delay)
    fault = faults.take_for_event(tx, event)
    if fault is not None:
        _bend(plan, fault)
        if fault.kind == "webhook_before_answer":
            tx.await_events[event["id"]] = fault.seconds
    for _ in range(plan.copies):
        tx.run(
            "INSERT INTO deliveries (event, type, due_at, state, forgery, forged_attempts, held)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            event["id"],
            event["type"],
            plan.due_at,
            plan.state,
            plan.forgery,
            plan.forged_attempts,
            plan.held,
        )
    tx.deliveries += 1


def _bend(plan: _Plan, fault: faults.Fault) -> None:
    match fault.kind:
        case "webhook_duplicate":
            plan.copies += fault.attempts
        case "webhook_late":
            plan.due_at += fault.seconds
        case "webhook_lost":
            plan.state = "lost"
        case "webhook_reordered":
            plan.held = True
            plan.due_at += fault.seconds
        case "webhook_old_signature" | "webhook_wrong_secret":
            plan.forgery = fault.kind
            plan.forged_attempts = fault.attempts


def pending_for(tx: Transaction, event_id: str) -> int:
    """How many deliveries of the event have not been answered with 2xx."""
    sql = "SELECT COUNT(*) FROM deliveries WHERE event = ? AND state <> 'delivered'"
    return int(tx.run(sql, event_id).fetchone()[0])


def listed(tx: Transaction) -> list[Json]:
    """All deliveries in the order of their events, for tests and people."""
    columns = ("event", "type", "state", "attempts", "last_answer")
    rows = tx.run("SELECT event, type, state, attempts, last_answer FROM deliveries ORDER BY seq")
    return [dict(zip(columns, row, strict=True)) for row in rows]


def encode(event: Json) -> bytes:
    return json.dumps({**event, "pending_webhooks": 1}, indent=2).encode()


def signature(body: bytes, *, secret: str, at: int) -> str:
    """The `Stripe-Signature` header for `body` sent at Unix time `at`."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, sha256).hexdigest()
    return f"t={at},v1={digest}"


def sign(body: bytes, *, secret: str, forgery: str | None) -> str:
    """An honest signature, or the forged one a fault asks for."""
    now = int(time.time())
    if forgery == "webhook_old_signature":
        now -= OLD_SIGNATURE_SECONDS
    if forgery == "webhook_wrong_secret":
        secret += "-not-the-secret"
    return signature(body, secret=secret, at=now)


def retry_delay(attempts: int) -> float:
    """Seconds to wait after the given number of failed attempts."""
    return RETRY_SECONDS[min(attempts, len(RETRY_SECONDS)) - 1]
