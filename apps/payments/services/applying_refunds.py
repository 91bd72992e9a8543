"""The refunds' part of the one path: pending, then succeeded or failed; a succeeded one may still come back."""

from __future__ import annotations

from django.db.models.functions import Now

from apps.payments.contracts import RefundStatus
from apps.payments.errors import PaymentMismatch
from apps.payments.events import RefundFailed, RefundSucceeded
from apps.payments.gateways.base import ProviderRefund
from apps.payments.models import Payment, PaymentTransaction, Refund, amount_columns
from apps.payments.services.ledger import Change

Kind = PaymentTransaction.Kind


def follow_refund(change: Change, refund: ProviderRefund) -> None:
    """Bring our refund to where the provider has it; one that somebody else asked for is recorded as well."""
    row = _find(change.payment, refund) or _record_foreign(change.payment, refund)
    if row.amount != refund.amount:
        raise PaymentMismatch(f"Refund {row.pk} is {row.amount}; {change.payment.provider} has {refund.amount}.")
    if row.status == RefundStatus.FAILED.value:
        return
    row.provider_reference = row.provider_reference or refund.reference
    if refund.status is RefundStatus.SUCCEEDED:
        _succeed(change, row)
    elif refund.status is RefundStatus.FAILED:
        _fail(change, row, detail=refund.detail)
    # The work item's own columns belong to whoever holds its lease.
    row.save(update_fields=["status", "provider_reference", "detail"])


def _succeed(change: Change, row: Refund) -> None:
    payment = change.payment
    if row.status == RefundStatus.SUCCEEDED.value:
        return
    change.write(Kind.REFUND, amount=row.amount, reference=row.provider_reference)
    row.status = RefundStatus.SUCCEEDED.value
    payment.refunded_total += row.amount.amount
    change.announce(
        RefundSucceeded(
            payment_id=payment.pk,
            order_id=payment.order_id,
            refund_id=row.pk,
            reference=row.reference,
            amount=row.amount,
            refunded=payment.refunded,
        )
    )


def _fail(change: Change, row: Refund, *, detail: str) -> None:
    payment = change.payment
    if row.status == RefundStatus.SUCCEEDED.value:
        change.write(Kind.REFUND_FAILURE, amount=row.amount, reference=row.provider_reference)
        payment.refunded_total -= row.amount.amount
    row.status, row.detail = RefundStatus.FAILED.value, detail
    change.announce(
        RefundFailed(
            payment_id=payment.pk,
            order_id=payment.order_id,
            refund_id=row.pk,
            reference=row.reference,
            amount=row.amount,
            detail=detail,
        )
    )


def _find(payment: Payment, refund: ProviderRefund) -> Refund | None:
    rows = Refund.objects.filter(payment=payment)
    by_reference = rows.filter(provider_reference=refund.reference).first() if refund.reference else None
    return by_reference or (rows.filter(pk=refund.refund_id).first() if refund.refund_id else None)


def _record_foreign(payment: Payment, refund: ProviderRefund) -> Refund:
    """Record a refund made in the provider's own pages; there is nothing left to send."""
    return Refund.objects.create(
        payment=payment,
        reference=f"{payment.provider}:{refund.reference}",
        provider_reference=refund.reference,
        **amount_columns(refund.amount),
        actor=payment.provider,
        sent_at=Now(),
        next_run_at=None,
    )
