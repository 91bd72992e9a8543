"""Money that staff saw arrive."""

from __future__ import annotations

from uuid import UUID

from apps.kernel import clock
from apps.payments import selectors
from apps.payments.contracts import PaymentKind, PaymentStatus
from apps.payments.errors import PaymentNotPayable
from apps.payments.gateways.base import Charge, Snapshot
from apps.payments.models import Payment
from apps.payments.services.applying import apply_snapshot


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
