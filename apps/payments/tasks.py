"""Celery entry points and work drivers of payments."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from apps.messaging import work
from apps.payments import api
from apps.payments.models import Refund, WebhookEvent
from apps.payments.services import refunding, webhooks

work.driver(refunding.SEND_REFUND, model=Refund)(refunding.send_refund)
work.driver(webhooks.APPLY_WEBHOOK, model=WebhookEvent)(webhooks.apply_webhook)


@shared_task(name="payments.reconcile")
def reconcile(**kwargs: Any) -> None:
    """Heal missed webhooks; beat sends this every two minutes."""
    api.reconcile()
