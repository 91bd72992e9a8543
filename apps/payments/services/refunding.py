"""Refunds: promised under the payment's lock before anybody is asked, sent by a work item under `refund:<id>`."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db.models.functions import Now

from apps.kernel.errors import Invalid
from apps.kernel.money import Money
from apps.messaging import api as messaging
from apps.messaging import work
from apps.payments import selectors
from apps.payments.contracts import RefundStatus
from apps.payments.errors import ProviderRefused, ProviderUnavailable, RefundExceedsCaptured, RefundMismatch
from apps.payments.gateways.base import ProviderRefund
from apps.payments.gateways.errors import StoredFailure
from apps.payments.gateways.registry import get_gateway
from apps.payments.models import Payment, Refund, amount_columns
from apps.payments.services.applying import apply_refund, apply_snapshot, lock_payment

logger = logging.getLogger(__name__)
SEND_REFUND: Final = "payments.send_refund"
# An outage of the provider is no reason to give up, so it costs no attempts.
OUTAGE_PAUSE: Final = timedelta(seconds=30)


@messaging.command
def request_refund(*, payment_id: UUID, amount: Money | None, reason: str, reference: str, actor: str) -> UUID:
    row = lock_payment(payment_id=payment_id)
    known = Refund.objects.filter(payment=row, reference=reference).first()
    if known:
        if amount is not None and amount != known.amount:
            raise RefundMismatch(done=known.amount)
        return known.pk
    return promise_refund(row, amount, reason=reason, reference=reference, actor=actor).pk


def promise_refund(row: Payment, amount: Money | None, *, reason: str, reference: str, actor: str) -> Refund:
    """Write down a refund of a locked payment (None: of all that is left), and have it sent; RefundExceedsCaptured, Invalid."""
    wanted = amount_columns(_refundable_amount(row, amount))
    refund = Refund.objects.create(payment=row, reference=reference, reason=reason[:500], actor=actor, **wanted)
    messaging.wake(SEND_REFUND)
    return refund


def _refundable_amount(row: Payment, amount: Money | None) -> Money:
    if amount is not None and amount.currency != row.amount.currency:
        raise Invalid.field("amount", "wrong_currency", f"{amount} is not in the payment's {row.amount.currency}.")
    if amount is not None and amount.amount <= 0:
        raise Invalid.field("amount", "invalid_amount", f"{amount} is not more than nothing.")
    refundable = row.captured - selectors.promised_refunds(row)
    wanted = refundable if amount is None else amount
    if wanted > refundable or not wanted:
        raise RefundExceedsCaptured(refundable=refundable)
    get_gateway(row.provider).check_amount(wanted)
    return wanted


def send_refund(item: Refund) -> None:
    """Send one refund and record what became of it; safe to repeat after any crash."""
    try:
        if item.status == RefundStatus.PENDING.value and not _found_at_provider(item):
            _send(item)
    except ProviderUnavailable as outage:
        logger.warning("refund %s waits: %s", item.pk, outage)
        with work.record(item) as row:
            row.next_run_at = Now() + OUTAGE_PAUSE
        return
    with work.record(item):
        """Nothing is left to do: the outcome is applied, or the provider will tell of it."""


def _found_at_provider(item: Refund) -> bool:
    """Look a refund up that was sent before; keys are forgotten after a day, refunds are not."""
    if item.sent_at is None:
        _mark_sent(item)
        return False
    payment = selectors.get_payment(payment_id=item.payment_id)
    snapshot = get_gateway(payment.provider).fetch(payment.handle, with_refunds=True)
    if snapshot is None:
        return False
    apply_snapshot(payment_id=payment.pk, snapshot=snapshot)
    return any(refund.refund_id == item.pk for refund in snapshot.refunds)


def _send(item: Refund) -> None:
    payment = selectors.get_payment(payment_id=item.payment_id)
    key = f"refund:{item.pk}" + (f":{item.key_number}" if item.key_number else "")
    try:
        refund = get_gateway(payment.provider).refund(
            payment.handle, refund_id=item.pk, amount=item.amount, reason=item.reason, key=key
        )
    except ProviderRefused as refused:
        refund = ProviderRefund(
            reference="", refund_id=item.pk, amount=item.amount, status=RefundStatus.FAILED, detail=refused.detail
        )
    except StoredFailure:
        # That request has ended, so a look is decisive: without a refund there, the next try needs another key.
        if not _found_at_provider(item):
            _take_next_key(item)
            raise
        return
    apply_refund(payment_id=payment.pk, refund=refund)


@messaging.command
def _mark_sent(item: Refund) -> None:
    item.sent_at = Now()
    Refund.objects.filter(pk=item.pk).update(sent_at=Now())


@messaging.command
def _take_next_key(item: Refund) -> None:
    Refund.objects.filter(pk=item.pk, key_number=item.key_number).update(key_number=item.key_number + 1)
