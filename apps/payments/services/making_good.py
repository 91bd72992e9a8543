"""Giving back the money of a refund that failed: once more through the provider, or by a bank transfer that staff make.

Either is a refund of its own, asked for in place of the failed one, so that money goes back once, whoever tries how often.
"""

from __future__ import annotations

from uuid import UUID

from apps.messaging import api as messaging
from apps.payments import selectors
from apps.payments.contracts import PaymentKind, RefundStatus
from apps.payments.errors import RefundMadeGood, RefundNotFound
from apps.payments.models import Payment, Refund
from apps.payments.services.applying import lock_payment
from apps.payments.services.applying_refunds import follow_refund
from apps.payments.services.ledger import Change
from apps.payments.services.recording import transferred
from apps.payments.services.refunding import promise_refund


@messaging.command
def send_again(*, refund_id: UUID, actor: str) -> UUID:
    payment, failed = _lock(refund_id)
    if found := _find_other(failed):
        if _is_transfer(found):
            raise RefundMadeGood(f"The money of refund {failed.pk} was transferred already.")
        return found.pk
    return _promise_other(payment, failed, actor=actor).pk


@messaging.command
def record_transfer(*, refund_id: UUID, actor: str, note: str) -> UUID:
    payment, failed = _lock(refund_id)
    if found := _find_other(failed):
        if not _is_transfer(found):
            raise RefundMadeGood(f"Refund {failed.pk} was sent again through {payment.provider} already.")
        return found.pk
    other = _promise_other(payment, failed, actor=actor)
    Refund.objects.filter(pk=other.pk).update(next_run_at=None)  # there is nothing left to send
    change = Change(payment, actor=actor, note=note[:500], provider=PaymentKind.MANUAL.value)
    follow_refund(change, transferred(other))
    change.save()
    return other.pk


def _lock(refund_id: UUID) -> tuple[Payment, Refund]:
    failed = Refund.objects.filter(pk=refund_id, status=RefundStatus.FAILED.value).first()
    if failed is None:
        raise RefundNotFound(f"There is no refund {refund_id} that failed.")
    return lock_payment(payment_id=failed.payment_id), failed


def _reference(failed: Refund) -> str:
    return f"{selectors.IN_STEAD_OF}{failed.pk}"


def _find_other(failed: Refund) -> Refund | None:
    return Refund.objects.filter(payment=failed.payment_id, reference=_reference(failed)).first()


def _is_transfer(other: Refund) -> bool:
    return other.provider_reference == transferred(other).reference


def _promise_other(payment: Payment, failed: Refund, *, actor: str) -> Refund:
    if not selectors.refunds_to_send().filter(pk=failed.pk).exists():
        raise RefundMadeGood(f"The money of refund {failed.pk} went back already.")
    return promise_refund(payment, failed.amount, reason=failed.reason, reference=_reference(failed), actor=actor)
