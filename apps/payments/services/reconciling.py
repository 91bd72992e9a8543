"""Healing what webhooks missed: undelivered events are fetched, payments nothing was heard about are looked up."""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db.models.functions import Now

from apps.kernel import clock
from apps.messaging import api as messaging
from apps.payments import metrics, selectors
from apps.payments.contracts import ReconcileReport
from apps.payments.errors import PaymentMismatch, ProviderRefused, ProviderUnavailable
from apps.payments.gateways.registry import get_gateway
from apps.payments.models import Payment, WebhookEvent
from apps.payments.services import declines
from apps.payments.services.fetching import refresh
from apps.payments.services.webhooks import keep_events

logger = logging.getLogger(__name__)
_BATCH: Final = 200
_SECONDS: Final = 25.0
_EVENTS_SINCE: Final = timedelta(days=29)
# Longer than providers list events, so that none is taken for new again.
_EVENTS_KEPT: Final = timedelta(days=60)


def reconcile(*, provider: str) -> ReconcileReport:
    """Heal one provider's payments for at most half a minute; what is left, or while it is down, comes next time."""
    until = time.monotonic() + _SECONDS
    older_than = timedelta(seconds=settings.PAYMENT_RECONCILE_AFTER_SECONDS)
    missed = checked = drifted = 0
    try:
        missed = _fetch_missed_events(provider=provider, older_than=older_than)
        for row in selectors.stale_payments(provider=provider, older_than=older_than, limit=_BATCH):
            if time.monotonic() > until:
                break
            checked, drifted = checked + 1, drifted + _check(row)
    except ProviderUnavailable as outage:
        logger.warning("%s is not reconciled now: %s", provider, outage)
    _forget_old_events(provider=provider)
    declines.forget_old()
    return ReconcileReport(provider=provider, missed_events=missed, checked=checked, drifted=drifted)


def _fetch_missed_events(*, provider: str, older_than: timedelta) -> int:
    now = clock.now()
    events = list(get_gateway(provider).list_missed_events(since=now - _EVENTS_SINCE, until=now - older_than))
    rows = WebhookEvent.objects.filter(provider=provider, event_id__in=[event.event_id for event in events])
    known = set(rows.values_list("event_id", flat=True))
    missed = [event for event in events if event.event_id not in known]
    if missed:
        logger.warning("%s did not deliver %d events; fetched", provider, len(missed))
        keep_events(provider=provider, events=missed)
    return len(missed)


def _check(row: Payment) -> bool:
    """Look one payment up; return whether it had changed without our hearing of it."""
    try:
        found = refresh(row)
    except (PaymentMismatch, ProviderRefused) as error:
        logger.error("payment %s cannot be reconciled: %s", row.pk, error)
        metrics.DRIFT.labels(row.provider, "unhealed").inc()
        _mark_checked(row)
        return True
    if found.version == row.version:
        return False
    logger.warning("payment %s drifted: %s here, %s at %s; healed", row.pk, row.status, found.status, row.provider)
    metrics.DRIFT.labels(row.provider, "healed").inc()
    return True


@messaging.command
def _mark_checked(row: Payment) -> None:
    """Let others have their turn before a payment that cannot be applied."""
    Payment.objects.filter(pk=row.pk).update(checked_at=Now())


@messaging.command
def _forget_old_events(*, provider: str) -> None:
    done = WebhookEvent.objects.filter(provider=provider).exclude(outcome=WebhookEvent.Outcome.WAITING)
    done.filter(received_at__lt=Now() - _EVENTS_KEPT).delete()
