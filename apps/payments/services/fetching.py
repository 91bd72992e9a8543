"""Looking a payment up at its provider, and applying what is found."""

from __future__ import annotations

from uuid import UUID

from apps.payments import selectors
from apps.payments.gateways.registry import get_gateway
from apps.payments.models import Payment
from apps.payments.services.applying import apply_snapshot


def refresh(row: Payment) -> Payment:
    """Return the payment brought up to date; unchanged where the provider does not know it yet."""
    if row.opened_at is None:
        return row
    snapshot = get_gateway(row.provider).fetch(row.handle, with_refunds=selectors.has_refunds(row))
    return apply_snapshot(payment_id=row.pk, snapshot=snapshot) if snapshot else row


def refresh_payment(*, payment_id: UUID) -> Payment:
    return refresh(selectors.get_payment(payment_id=payment_id))
