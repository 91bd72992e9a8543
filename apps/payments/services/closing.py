"""Closing a payment so that it cannot be paid any more; the provider decides whether the money came first."""

from __future__ import annotations

from uuid import UUID

from apps.kernel import clock
from apps.messaging import api as messaging
from apps.payments import selectors
from apps.payments.contracts import PaymentStatus
from apps.payments.gateways.base import Snapshot
from apps.payments.gateways.registry import get_gateway
from apps.payments.models import Payment
from apps.payments.services.applying import apply_snapshot, lock_payment
from apps.payments.services.turns import turn


def void_payment(*, payment_id: UUID) -> Payment:
    row = selectors.get_payment(payment_id=payment_id)
    if not row.is_open:
        return row
    with turn(order_id=row.order_id):
        return close(row)


def close(row: Payment) -> Payment:
    """Close a payment, in the order's turn, and return what became of it; still open where the provider has it under way."""
    row = _begin_closing(payment_id=row.pk)
    if not row.is_open:
        return row
    if row.opened_at is None:
        # Nobody was given the secret of what the provider may have made: it can never be paid.
        given_up = Snapshot(taken_at=clock.now(), status=PaymentStatus.CANCELLED, amount=row.amount)
        return apply_snapshot(payment_id=row.pk, snapshot=given_up)
    # Closing changes nothing twice, and a stored refusal must not outlive the state it was about: a key per attempt.
    key = f"payment:{row.pk}:close:{row.closings}"
    snapshot = get_gateway(row.provider).close(row.handle, amount=row.amount, key=key)
    return apply_snapshot(payment_id=row.pk, snapshot=snapshot)


@messaging.command
def _begin_closing(*, payment_id: UUID) -> Payment:
    row = lock_payment(payment_id=payment_id)
    if row.is_open:
        row.closings += 1
        row.save(update_fields=["closings"])
    return row
