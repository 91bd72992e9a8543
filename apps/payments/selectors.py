"""Reads of payments, and the mapping of rows to contracts."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum, TextField, Value
from django.db.models.functions import Cast, Concat, Now

from apps.kernel.money import Money, add_up
from apps.payments import contracts
from apps.payments.contracts import PaymentKind, PaymentStatus, RefundStatus
from apps.payments.errors import PaymentNotFound
from apps.payments.models import OPEN_STATUSES, Payment, Refund, WebhookEvent

# Begins the reference of a refund that is made in place of a failed one, of which the id follows.
IN_STEAD_OF: Final = "again:"
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def get_payment(*, payment_id: UUID) -> Payment:
    row = Payment.objects.filter(pk=payment_id).first()
    if row is None:
        raise PaymentNotFound(f"There is no payment {payment_id}.")
    return row


def get_own_payment(*, payment_id: UUID, customer_id: UUID | None, order_id: UUID | None) -> Payment:
    row = get_payment(payment_id=payment_id)
    owns = row.customer_id is not None and row.customer_id == customer_id
    if not owns and (order_id is None or row.order_id != order_id):
        raise PaymentNotFound(f"There is no payment {payment_id}.")
    return row


def find_order_ids(*, reference: str) -> tuple[UUID, ...]:
    ours = Q(pk=UUID(reference)) if _UUID.fullmatch(reference) else Q()
    theirs = Payment.objects.filter(ours | Q(intent_id=reference) | Q(session_id=reference))
    refunded = Refund.objects.filter(provider_reference=reference).values_list("payment__order_id", flat=True)
    return tuple({*theirs.values_list("order_id", flat=True), *refunded}) if reference else ()


def list_payments(*, order_id: UUID) -> tuple[contracts.Payment, ...]:
    return tuple(to_payment(row) for row in Payment.objects.filter(order_id=order_id).order_by("-id"))


def get_balances(*, order_ids: Collection[UUID]) -> tuple[contracts.Balance, ...]:
    rows = Payment.objects.filter(order_id__in=order_ids, captured_total__gt=0)
    rows = rows.annotate(pending=_refunds_that_are(RefundStatus.PENDING), failed=_refunds_that_are(RefundStatus.FAILED))
    return tuple(
        contracts.Balance(
            payment_id=row.pk,
            order_id=row.order_id,
            captured=row.captured,
            refunded=row.refunded,
            returning=Money(row.pending, row.amount.currency),
            failed=Money(row.failed, row.amount.currency),
        )
        for row in rows
    )


def _refunds_that_are(status: RefundStatus) -> Sum:
    return Sum("refunds__amount_amount", filter=Q(refunds__status=status.value), default=Decimal(0))


def get_refund(*, refund_id: UUID) -> contracts.Refund:
    return to_refund(_refunds().get(pk=refund_id))


def list_refunds(*, order_id: UUID) -> tuple[contracts.Refund, ...]:
    return tuple(to_refund(row) for row in _refunds().filter(payment__order_id=order_id).order_by("id"))


def _refunds() -> QuerySet[Refund]:
    """Return refunds with what their contract tells."""
    to_send = refunds_to_send().filter(pk=OuterRef("pk"))
    return Refund.objects.select_related("payment").annotate(waits_for_staff=Exists(to_send))


def promised_refunds(row: Payment) -> Money:
    """Return what was refunded or is on its way back; ask under the payment's lock."""
    rows = Refund.objects.filter(payment=row).exclude(status=RefundStatus.FAILED.value)
    return add_up([refund.amount for refund in rows], currency=row.amount.currency)


def refunds_to_send() -> QuerySet[Refund]:
    """Return the refunds that staff have to send: pending ones of bank transfers, and failed ones whose money the buyer still has to get.

    Of those the money is still here, and no other made them good: none asked for in their stead, or later, of that very amount.
    """
    is_transfer = Q(payment__kind=PaymentKind.MANUAL.value, status=RefundStatus.PENDING.value)
    stead = Q(reference=Concat(Value(IN_STEAD_OF), Cast(OuterRef("pk"), TextField())))
    later = Q(amount_amount=OuterRef("amount_amount"), created_at__gt=OuterRef("created_at"))
    later &= ~Q(status=RefundStatus.FAILED.value) & ~Q(reference__startswith=IN_STEAD_OF)
    others = Refund.objects.filter(stead | later, payment=OuterRef("payment"))
    is_here = Q(payment__captured_total__gte=F("payment__refunded_total") + F("amount_amount"))
    return Refund.objects.filter(is_transfer | (Q(status=RefundStatus.FAILED.value) & is_here & ~Exists(others)))


def count_refunds_to_send() -> contracts.RefundsToSend:
    counts = dict(refunds_to_send().order_by().values_list("status").annotate(Count("pk")))
    return contracts.RefundsToSend(
        transfers=counts.get(RefundStatus.PENDING.value, 0), failed=counts.get(RefundStatus.FAILED.value, 0)
    )


def has_refunds(row: Payment) -> bool:
    return Refund.objects.filter(payment=row).exists()


def find_for_event(event: WebhookEvent) -> Payment | None:
    """Return the payment an event is about: by the provider's ids, else by the id of ours in its metadata."""
    of_provider = Payment.objects.filter(provider=event.provider)
    intent_id, session_id = event.payload["intent_id"], event.payload["session_id"]
    by_ids = Q(pk__in=())
    by_ids |= Q(intent_id=intent_id) if intent_id else Q()
    by_ids |= Q(session_id=session_id) if session_id else Q()
    found = of_provider.filter(by_ids).first() if intent_id or session_id else None
    if found is None and (payment_id := event.payload["payment_id"]):
        found = of_provider.filter(pk=payment_id).first()
    return found


def stale_payments(*, provider: str, older_than: timedelta, limit: int) -> Sequence[Payment]:
    """Return payments nothing was heard about for so long that are open, or whose refunds are sent and undecided; longest first."""
    undecided = Refund.objects.filter(
        payment=OuterRef("pk"), status=RefundStatus.PENDING.value, sent_at__isnull=False, next_run_at__isnull=True
    )
    rows = Payment.objects.filter(provider=provider, opened_at__isnull=False, checked_at__lte=Now() - older_than)
    rows = rows.exclude(kind=PaymentKind.MANUAL.value)
    open_or_refunding = Q(status__in=OPEN_STATUSES) | Exists(undecided)
    return list(rows.filter(open_or_refunding).order_by("checked_at")[:limit])


def to_payment(row: Payment) -> contracts.Payment:
    return contracts.Payment(
        id=row.pk,
        order_id=row.order_id,
        provider=row.provider,
        status=PaymentStatus(row.status),
        amount=row.amount,
        captured=row.captured,
        refunded=row.refunded,
        client_secret=row.client_secret or None,
        redirect_url=row.redirect_url or None,
        instructions=row.instructions,
        decline_code=row.decline_code or None,
        created_at=row.created_at,
    )


def to_refund(row: Refund) -> contracts.Refund:
    """Return the contract of a row as `_refunds` reads it."""
    return contracts.Refund(
        id=row.pk,
        payment_id=row.payment_id,
        order_id=row.payment.order_id,
        reference=row.reference,
        status=RefundStatus(row.status),
        amount=row.amount,
        reason=row.reason,
        created_at=row.created_at,
        waits_for_staff=vars(row)["waits_for_staff"],
    )
