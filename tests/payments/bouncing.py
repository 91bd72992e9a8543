"""Refunds that the buyer's bank sends back, for tests of those who are told."""

from __future__ import annotations

from uuid import UUID

from apps.payments.contracts import RefundStatus
from apps.payments.gateways.base import ProviderRefund
from apps.payments.models import Payment, Refund
from apps.payments.services.applying import apply_refund


def bounce(*, order_id: UUID) -> None:
    """Let the refund of an order that was asked for last come back; nothing has been told about it yet."""
    row = Refund.objects.filter(payment__order_id=order_id).latest("created_at")
    # Only a provider takes back what it gave; the tests of other apps pay by bank transfer, which needs none.
    Payment.objects.filter(pk=row.payment_id).update(kind="intent", provider="stripe")
    reference = row.provider_reference or f"manual:{row.pk}"
    back = ProviderRefund(reference=reference, refund_id=row.pk, amount=row.amount, status=RefundStatus.FAILED)
    apply_refund(payment_id=row.payment_id, refund=back)
