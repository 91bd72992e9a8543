"""What must hold of payments: balances are the sums of the ledger, and open ones are heard of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Now
from django.utils.timezone import localtime

from apps.messaging import audits
from apps.messaging.contracts import Finding
from apps.payments import api as payments
from apps.payments.contracts import PaymentKind
from apps.payments.models import OPEN_STATUSES, Payment
from apps.payments.services.verifying import verify_rows

# The reconciler looks a payment up every few minutes.
_SILENT: Final = timedelta(hours=1)
_MOST: Final = 1000


@audits.check(
    "payments.ledger",
    holds="What a payment says was captured and refunded is the sum of its ledger",
    batches=audits.ids_of(Payment),
)
def _look_at_ledger(subjects: Sequence[str] | None) -> Iterator[Finding]:
    for fault in verify_rows(ids=subjects):
        yield Finding(subject=str(fault.payment_id), detail=fault.detail)


@audits.check("payments.silent", holds="Every open payment was looked up within the hour")
def _look_at_silent(subjects: Sequence[str] | None) -> Iterator[Finding]:
    opened = Payment.objects.filter(status__in=OPEN_STATUSES, opened_at__isnull=False, checked_at__lt=Now() - _SILENT)
    asked = opened.exclude(kind=PaymentKind.MANUAL.value)
    for row in asked.filter(Q() if subjects is None else Q(pk__in=subjects)).order_by("checked_at")[:_MOST]:
        last = localtime(row.checked_at)
        detail = f"{row.provider} was last asked at {last:%Y-%m-%d %H:%M}: it is away, or beat or the worker of payments stands"
        yield Finding(subject=str(row.pk), detail=detail, repair="payments.fetch")


@audits.repair("payments.fetch", does="Ask the provider how this payment stands, and apply the answer.")
def _fetch(subject: str) -> None:
    payments.refresh_payment(payment_id=UUID(subject))
