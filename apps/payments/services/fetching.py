"""Looking a payment up at its provider, and applying what is found."""

from __future__ import annotations

from uuid import UUID

from apps.payments import selectors
from apps.payments.contracts import PaymentStatus
from apps.payments.gateways.base import Handle
from apps.payments.gateways.registry import get_gateway
from apps.payments.models import Payment
from apps.payments.services.applying import apply_snapshot


def refresh(row: Payment, *, known_as: Handle | None = None) -> Payment:
    """Return the payment brought up to date.

    One whose opening was never answered is looked up by what the provider calls it (`known_as`), else left as it is.
    """
    handle = row.handle if row.opened_at else known_as
    if handle is None:
        return row
    snapshot = get_gateway(row.provider).fetch(handle, with_refunds=selectors.has_refunds(row))
    return apply_snapshot(payment_id=row.pk, snapshot=snapshot) if snapshot else row


def refresh_payment(*, payment_id: UUID) -> Payment:
    row = selectors.get_payment(payment_id=payment_id)
    return row if row.status == PaymentStatus.SUCCEEDED.value else refresh(row)
