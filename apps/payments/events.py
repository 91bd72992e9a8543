"""Events of payments. The key is the payment: its facts arrive in order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from apps.kernel.events import Event
from apps.kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferChosen(Event):
    """A buyer chose to send `amount` by bank transfer, and is to be told where to."""

    event_type = "payments.transfer_chosen.v1"
    key_field = "payment_id"

    payment_id: UUID
    order_id: UUID
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentSucceeded(Event):
    """The money was captured. `amount` is what was captured in all, `at` when the shop learnt of it."""

    event_type = "payments.payment_succeeded.v1"
    key_field = "payment_id"

    payment_id: UUID
    order_id: UUID
    provider: str
    amount: Money
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentCancelled(Event):
    """The payment was given up before any money moved; it can no longer succeed."""

    event_type = "payments.payment_cancelled.v1"
    key_field = "payment_id"

    payment_id: UUID
    order_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundSucceeded(Event):
    """Money went back. `refunded` is the payment's refunded total after it."""

    event_type = "payments.refund_succeeded.v1"
    key_field = "payment_id"

    payment_id: UUID
    order_id: UUID
    refund_id: UUID
    reference: str
    amount: Money
    refunded: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundFailed(Event):
    """The provider refused or took back a refund; staff must look."""

    event_type = "payments.refund_failed.v1"
    key_field = "payment_id"

    payment_id: UUID
    order_id: UUID
    refund_id: UUID
    reference: str
    amount: Money
    detail: str
