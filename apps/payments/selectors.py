"""Reads of payments, and the mapping of rows to contracts."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Now

from apps.kernel.money import Money, add_up
from apps.payments import contracts
from apps.payments.contracts import PaymentKind, PaymentStatus, RefundStatus
from apps.payments.errors import PaymentNotFound
from apps.payments.models import OPEN_STATUSES, Payment, Refund, WebhookEvent

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
    pending = Sum("refunds__amount_amount", filter=Q(refunds__status=RefundStatus.PENDING.value), default=Decimal(0))
    rows = Payment.objects.filter(order_id__in=order_ids, captured_total__gt=0).annotate(pending=pending)
    return tuple(
        contracts.Balance(
            payment_id=row.pk,
            order_id=row.order_id,
            captured=row.captured,
            refunded=row.refunded,
            returning=Money(row.pending, row.amount.currency),
        )
        for row in rows
    )


def get_refund(*, refund_id: UUID) -> contracts.Refund:
    return to_refund(Refund.objects.select_related("payment").get(pk=refund_id))


def list_refunds(*, order_id: UUID) -> tuple[contracts.Refund, ...]:
    rows = Refund.objects.select_related("payment").filter(payment__order_id=order_id)
    return tuple(to_refund(row) for row in rows.order_by("id"))


def promised_refunds(row: Payment) -> Money:
    """Return what was refunded or is on its way back; ask under the payment's lock."""
    rows = Refund.objects.filter(payment=row).exclude(status=RefundStatus.FAILED.value)
    return add_up([refund.amount for refund in rows], currency=row.amount.currency)


def transfers_to_send() -> QuerySet[Refund]:
    """Return the refunds of bank transfers that nobody has recorded as sent."""
    return Refund.objects.filter(payment__kind=PaymentKind.MANUAL.value, status=RefundStatus.PENDING.value)


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
    return contracts.Refund(
        id=row.pk,
        payment_id=row.payment_id,
        order_id=row.payment.order_id,
        reference=row.reference,
        status=RefundStatus(row.status),
        amount=row.amount,
        reason=row.reason,
        created_at=row.created_at,
    )
