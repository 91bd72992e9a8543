"""Bank transfers that staff saw arrive, or sent back."""

from __future__ import annotations

from uuid import UUID

from apps.kernel import clock
from apps.payments import selectors
from apps.payments.contracts import PaymentKind, PaymentStatus, RefundStatus
from apps.payments.errors import PaymentNotPayable, RefundNotFound
from apps.payments.gateways.base import Charge, ProviderRefund, Snapshot
from apps.payments.models import Payment, Refund
from apps.payments.services.applying import apply_refund, apply_snapshot


def record_manual_payment(*, payment_id: UUID, actor: str, note: str) -> Payment:
    row = selectors.get_payment(payment_id=payment_id)
    if row.kind != PaymentKind.MANUAL.value:
        raise PaymentNotPayable(f"Payment {row.pk} is paid through {row.provider}, which tells when money arrives.")
    arrived = Snapshot(
        taken_at=clock.now(),
        status=PaymentStatus.SUCCEEDED,
        amount=row.amount,
        charge=Charge(reference=f"manual:{row.pk}", amount=row.amount),
    )
    return apply_snapshot(payment_id=row.pk, snapshot=arrived, actor=actor, note=note[:500])


def record_manual_refund(*, refund_id: UUID, actor: str, note: str) -> None:
    row = Refund.objects.filter(pk=refund_id, payment__kind=PaymentKind.MANUAL.value).first()
    if row is None:
        raise RefundNotFound(f"There is no refund {refund_id} by bank transfer.")
    apply_refund(payment_id=row.payment_id, refund=transferred(row), actor=actor, note=note[:500])


def transferred(row: Refund) -> ProviderRefund:
    """Return what is applied where staff transferred a refund."""
    return ProviderRefund(
        reference=f"manual:{row.pk}", refund_id=row.pk, amount=row.amount, status=RefundStatus.SUCCEEDED
    )
