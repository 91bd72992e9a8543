"""Payments in admin: read-only rows, and operations that each make one call, outside admin's transaction."""

from apps.payments.admin.events import DeclinedChargeAdmin, RefundAdmin, WebhookEventAdmin
from apps.payments.admin.payments import PaymentAdmin

__all__ = ["DeclinedChargeAdmin", "PaymentAdmin", "RefundAdmin", "WebhookEventAdmin"]
