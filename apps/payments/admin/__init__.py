"""Payments in admin: read-only rows, and operations that each make one call, outside admin's transaction."""

from apps.payments.admin.declines import DeclinedChargeAdmin, LiftedLimitAdmin
from apps.payments.admin.events import RefundAdmin, WebhookEventAdmin
from apps.payments.admin.payments import PaymentAdmin

__all__ = ["DeclinedChargeAdmin", "LiftedLimitAdmin", "PaymentAdmin", "RefundAdmin", "WebhookEventAdmin"]
