"""Comparing three accounts of the same money: the row, the ledger, and what the provider has."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from decimal import Decimal

from django.db.models import DecimalField, F, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from apps.kernel.money import Money, add_up
from apps.payments.contracts import LedgerFault, PaymentKind, RefundStatus
from apps.payments.errors import ProviderRefused
from apps.payments.gateways.base import Snapshot
from apps.payments.gateways.registry import get_gateway
from apps.payments.models import Payment, PaymentTransaction

Kind = PaymentTransaction.Kind


def verify_rows(*, ids: Collection[str] | None = None) -> Iterator[LedgerFault]:
    """Yield payments (of these ids, else all) whose balances are not the sums of their ledger; one query."""
    rows = Payment.objects.all() if ids is None else Payment.objects.filter(pk__in=ids)
    summed = rows.annotate(charged=_sum_of(Kind.CHARGE), gone=_sum_of(Kind.REFUND), back=_sum_of(Kind.REFUND_FAILURE))
    right = Q(captured_total=F("charged"), refunded_total=F("gone") - F("back"))
    for row in summed.exclude(right).iterator():
        charged, gone = row.charged, row.gone - row.back
        detail = f"the row says {row.captured} captured, {row.refunded} refunded; the ledger {charged} and {gone}"
        yield LedgerFault(payment_id=row.pk, detail=detail)


def verify_at_provider(*, since: datetime) -> Iterator[LedgerFault]:
    """Yield payments made since then that the provider has otherwise, after asking it about each. Raises ProviderUnavailable."""
    for row in _asked_about(since):
        try:
            found = get_gateway(row.provider).fetch(row.handle, with_refunds=True)
        except ProviderRefused as refused:
            yield LedgerFault(payment_id=row.pk, detail=f"{row.provider} does not know it: {refused.detail}")
            continue
        refunded_there = row.refunded - _transferred_back(row)
        if found and _balances(found) != (row.captured, refunded_there):
            captured, refunded = _balances(found)
            told = (
                f"here {row.captured} captured, {refunded_there} refunded; at {row.provider} {captured} and {refunded}"
            )
            yield LedgerFault(payment_id=row.pk, detail=told)


def _asked_about(since: datetime) -> QuerySet[Payment]:
    made = Payment.objects.filter(created_at__gte=since, opened_at__isnull=False)
    return made.exclude(kind=PaymentKind.MANUAL.value).order_by("id")


def _transferred_back(row: Payment) -> Money:
    """Return what staff transferred in place of refunds that failed, of which the provider knows nothing."""
    rows = PaymentTransaction.objects.filter(payment=row, kind=Kind.REFUND).exclude(provider=row.provider)
    return add_up([entry.amount for entry in rows], currency=row.amount.currency)


def _balances(found: Snapshot) -> tuple[Money, Money]:
    currency = found.amount.currency
    captured = found.charge.amount if found.charge else Money.zero(currency)
    gone = [refund.amount for refund in found.refunds if refund.status is RefundStatus.SUCCEEDED]
    return captured, add_up(gone, currency=currency)


def _sum_of(kind: Kind) -> Coalesce:
    amounts = Sum("transactions__amount_amount", filter=Q(transactions__kind=kind))
    return Coalesce(amounts, Value(Decimal(0)), output_field=DecimalField())
