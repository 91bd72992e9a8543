"""Webhooks: verified and kept before they are answered; a work item then looks at what they point to."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Final

from django.db.models.functions import Now

from apps.messaging import api as messaging
from apps.messaging import work
from apps.payments import selectors
from apps.payments.contracts import PaymentStatus
from apps.payments.errors import PaymentMismatch, ProviderUnavailable
from apps.payments.gateways.base import Handle, ProviderEvent
from apps.payments.gateways.registry import get_gateway
from apps.payments.models import Payment, WebhookEvent
from apps.payments.services import closing, declines
from apps.payments.services.fetching import refresh
from apps.payments.services.refunding import OUTAGE_PAUSE

logger = logging.getLogger(__name__)
APPLY_WEBHOOK: Final = "payments.apply_webhook"
Outcome = WebhookEvent.Outcome


def receive_webhook(*, provider: str, body: bytes, headers: Mapping[str, str]) -> None:
    event = get_gateway(provider).read_webhook(body=body, headers=headers)
    keep_events(provider=provider, events=[event])


@messaging.command
def keep_events(*, provider: str, events: list[ProviderEvent]) -> None:
    """Keep each event once, and have the ones that matter looked at."""
    WebhookEvent.objects.bulk_create([_row(provider, event) for event in events], ignore_conflicts=True)
    if any(event.is_relevant for event in events):
        messaging.wake(APPLY_WEBHOOK)


def _row(provider: str, event: ProviderEvent) -> WebhookEvent:
    row = WebhookEvent(
        provider=provider,
        event_id=event.event_id,
        event_type=event.event_type[:100],
        payload={
            "payment_id": str(event.payment_id) if event.payment_id else "",
            "session_id": event.session_id,
            "intent_id": event.intent_id,
            "tells_success": event.tells_success,
        }
        | ({"decline": declines.told(event.decline)} if event.decline else {}),
    )
    if not event.is_relevant:
        row.outcome, row.next_run_at = Outcome.IGNORED, None
    return row


def apply_webhook(item: WebhookEvent) -> None:
    """Fetch the payment that an event points to, and apply it; an event about somebody else's payment is ignored."""
    payment = selectors.find_for_event(item)
    try:
        if payment and not _is_known(item, payment):
            refresh(payment, known_as=_handle(item, payment))
        if payment and "decline" in item.payload:
            _count_decline(item, payment)
    except ProviderUnavailable as outage:
        logger.warning("webhook %s waits: %s", item.event_id, outage)
        with work.record(item) as row:
            row.next_run_at = Now() + OUTAGE_PAUSE
        return
    except PaymentMismatch as mismatch:
        _park(item, mismatch)
        return
    with work.record(item) as row:
        row.outcome = Outcome.APPLIED if payment else Outcome.IGNORED
        row.payload.pop("decline", None)


def _count_decline(item: WebhookEvent, payment: Payment) -> None:
    """Count a decline, which the look at the payment may have missed, and take the payment from who tries cards on the provider's page."""
    _count(payment, item.payload["decline"])
    if declines.is_trying_cards(payment):
        closing.void_payment(payment_id=payment.pk)


@messaging.command
def _count(payment: Payment, decline: dict[str, str]) -> None:
    declines.count(payment, **decline)


def _is_known(item: WebhookEvent, payment: Payment) -> bool:
    return payment.status == PaymentStatus.SUCCEEDED.value and bool(item.payload["tells_success"])


def _handle(item: WebhookEvent, payment: Payment) -> Handle:
    named = {name: item.payload[name] for name in ("session_id", "intent_id")}
    return Handle(payment_id=payment.pk, order_id=payment.order_id, **named)


def _park(item: WebhookEvent, mismatch: PaymentMismatch) -> None:
    """Trying again changes nothing here; staff see it in the list of parked work."""
    with work.record(item) as row:
        row.parked_at, row.last_error = Now(), str(mismatch)
