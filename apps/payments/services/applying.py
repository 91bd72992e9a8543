"""The one path by which a payment changes: what the provider says is applied forward, once, under the payment's lock.

The answer to a call, the buyer's return, a webhook, the reconciler and staff all end in `apply_snapshot`. Any of them may
come twice, late, or before another; the ledger's unique references and the order of states make that harmless.
"""

from __future__ import annotations

import logging
from datetime import datetime
from uuid import UUID

from apps.kernel.events import Event
from apps.kernel.money import Money
from apps.messaging import api as messaging
from apps.payments import metrics
from apps.payments.contracts import PaymentStatus
from apps.payments.errors import PaymentMismatch, PaymentNotFound
from apps.payments.events import PaymentCancelled, PaymentSucceeded, TransferChosen
from apps.payments.gateways.base import Charge, ProviderRefund, Snapshot
from apps.payments.models import OPEN_STATUSES, Payment, PaymentTransaction
from apps.payments.services import declines
from apps.payments.services.applying_refunds import follow_refund
from apps.payments.services.ledger import Change

logger = logging.getLogger(__name__)
Kind = PaymentTransaction.Kind


@messaging.command
def apply_snapshot(*, payment_id: UUID, snapshot: Snapshot, actor: str = "", note: str = "") -> Payment:
    """Bring a payment to where the provider has it; `actor` and `note` go with money that staff vouch for.

    Raises PaymentMismatch, and applies nothing, where the provider's amount, currency or object is not ours.
    """
    row = lock_payment(payment_id=payment_id)
    _refuse_foreign(row, snapshot)
    change = Change(row, actor=actor, note=note)
    if snapshot.instructions and row.opened_at is None:
        change.announce(TransferChosen(payment_id=row.pk, order_id=row.order_id, amount=row.amount))
    _take_over_ids(row, snapshot)
    _follow_status(change, snapshot)
    if snapshot.decline:
        declines.count(row, **declines.told(snapshot.decline))
    if snapshot.charge:
        _follow_charge(change, snapshot.charge, at=snapshot.taken_at)
    for refund in snapshot.refunds:
        follow_refund(change, refund)
    change.save()
    return row


@messaging.command
def apply_refund(*, payment_id: UUID, refund: ProviderRefund, actor: str = "", note: str = "") -> None:
    """Bring one refund to where the provider has it; `actor` and `note` go into the ledger."""
    change = Change(lock_payment(payment_id=payment_id), actor=actor, note=note)
    follow_refund(change, refund)
    change.save()


def lock_payment(*, payment_id: UUID) -> Payment:
    """Return the payment locked until the transaction ends; raises PaymentNotFound."""
    row = Payment.objects.select_for_update(no_key=True).filter(pk=payment_id).first()
    if row is None:
        raise PaymentNotFound(f"There is no payment {payment_id}.")
    return row


def _refuse_foreign(row: Payment, snapshot: Snapshot) -> None:
    is_ours = _may_be_same(row.session_id, snapshot.session_id) and _may_be_same(row.intent_id, snapshot.intent_id)
    charged = snapshot.charge.amount if snapshot.charge else row.amount
    # Nothing is wrong with cancelling a wrong amount.
    is_amount_ours = snapshot.status is PaymentStatus.CANCELLED or snapshot.amount == row.amount
    if not is_ours or not is_amount_ours or charged != row.amount:
        raise _mismatch(row, snapshot, charged)


def _may_be_same(ours: str, theirs: str) -> bool:
    """Either side may not know an id yet: a session has no intent before its page is first used."""
    return not ours or not theirs or ours == theirs


def _mismatch(row: Payment, snapshot: Snapshot, charged: Money) -> PaymentMismatch:
    metrics.MISMATCHES.labels(row.provider).inc()
    detail = f"payment {row.pk} is {row.amount} here; {row.provider} has {snapshot.amount}, charged {charged}"
    logger.error("%s (%s %s): not applied, staff must look", detail, snapshot.session_id, snapshot.intent_id)
    return PaymentMismatch(f"{detail[0].upper()}{detail[1:]}.")


def _take_over_ids(row: Payment, snapshot: Snapshot) -> None:
    row.session_id = row.session_id or snapshot.session_id
    row.intent_id = row.intent_id or snapshot.intent_id
    if row.opened_at is None:
        row.opened_at, row.opening = snapshot.taken_at, {}
        row.instructions = snapshot.instructions


def _follow_status(change: Change, snapshot: Snapshot) -> None:
    """Follow the provider while the payment is open, among open states never to an older look than the last.

    No provider opens again what has ended, so an end counts whatever the clock of the machine that looked first said.
    """
    row = change.payment
    is_older = row.observed_at is not None and snapshot.taken_at < row.observed_at
    if not row.is_open or (is_older and snapshot.status.value in OPEN_STATUSES):
        return
    before, row.status = row.status, snapshot.status.value
    row.observed_at = snapshot.taken_at
    row.client_secret = snapshot.client_secret or row.client_secret
    row.redirect_url, row.decline_code = snapshot.redirect_url, snapshot.decline_code
    if snapshot.status is PaymentStatus.CANCELLED:
        if before == PaymentStatus.AUTHORISED.value:
            change.write(Kind.VOID, amount=row.amount, reference=row.intent_id or str(row.pk))
        change.announce(_cancelled(row))


def _follow_charge(change: Change, charge: Charge, *, at: datetime) -> None:
    """Book captured money once; it counts in every state, also when the payment was given up before."""
    row = change.payment
    if row.captured_total:
        if not change.knows(Kind.CHARGE, reference=charge.reference):
            raise PaymentMismatch(f"Payment {row.pk} has been charged; {row.provider} tells of {charge.reference} too.")
        return
    change.write(Kind.CHARGE, amount=charge.amount, reference=charge.reference)
    row.captured_total += charge.amount.amount
    row.status = PaymentStatus.SUCCEEDED.value
    row.decline_code = ""
    change.announce(_succeeded(row, at=at))


def _succeeded(row: Payment, *, at: datetime) -> Event:
    return PaymentSucceeded(payment_id=row.pk, order_id=row.order_id, provider=row.provider, amount=row.captured, at=at)


def _cancelled(row: Payment) -> Event:
    return PaymentCancelled(payment_id=row.pk, order_id=row.order_id)
