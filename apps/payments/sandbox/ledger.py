"""Money moves, append-only: the independent record that checkers compare the shop with.

`charge` is money taken (at capture), `refund` money given back, `refund_failure` a refund that came
back, `void` an authorisation released without taking money. Taken in the end:
sum(charge) - sum(refund) + sum(refund_failure).
"""

from __future__ import annotations

import time

from .store import Json, Transaction, new_id

COLUMNS = ("id", "kind", "payment_intent", "object", "amount", "currency", "at", "idempotency_key", "order_id")


def record(tx: Transaction, kind: str, *, intent: Json, subject: str, amount: int) -> None:
    """Append one move of `amount` minor units; `subject` is the charge or refund it belongs to."""
    tx.run(
        "INSERT INTO ledger (id, kind, payment_intent, object, amount, currency, at, idempotency_key, order_id)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        new_id("mv"),
        kind,
        intent["id"],
        subject,
        amount,
        intent["currency"],
        time.time(),
        tx.origin.idempotency_key,
        intent["metadata"].get("order_id"),
    )


def rows(tx: Transaction) -> list[Json]:
    """Every move, oldest first."""
    found = tx.run(
        "SELECT id, kind, payment_intent, object, amount, currency, at, idempotency_key, order_id"
        " FROM ledger ORDER BY seq"
    )
    return [dict(zip(COLUMNS, row, strict=True)) for row in found]
