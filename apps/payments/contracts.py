"""Values that cross the boundary of payments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from apps.kernel.money import Money


class PaymentStatus(Enum):
    """Where a payment stands; the words of the API."""

    REQUIRES_PAYMENT_METHOD = "requires_payment_method"
    REQUIRES_ACTION = "requires_action"
    PROCESSING = "processing"
    AUTHORISED = "authorised"
    SUCCEEDED = "succeeded"
    CANCELLED = "cancelled"
    FAILED = "failed"


class PaymentKind(Enum):
    """How the buyer pays: on the provider's page, by a client secret, or outside any provider."""

    CHECKOUT = "checkout"
    INTENT = "intent"
    MANUAL = "manual"


class RefundStatus(Enum):
    """Where a refund stands."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """One attempt to get an order's money.

    `redirect_url` is the provider's page (or the bank's, at requires_action), `client_secret` is for mobile clients: None
    once the payment is closed. `instructions` are what a buyer who pays by bank transfer was told on choosing it. `decline_code` is the
    provider's word for why the last attempt was refused.
    """

    id: UUID
    order_id: UUID
    provider: str
    status: PaymentStatus
    amount: Money
    captured: Money
    refunded: Money
    client_secret: str | None
    redirect_url: str | None
    instructions: str
    decline_code: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """Money on its way back. `reference` is the caller's own id for it, so that a repeat finds it.

    `waits_for_staff` where nobody else will send it: that of a bank transfer, or one that failed and that nothing made good.
    """

    id: UUID
    payment_id: UUID
    order_id: UUID
    reference: str
    status: RefundStatus
    amount: Money
    reason: str
    created_at: datetime
    waits_for_staff: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundsToSend:
    """How many refunds wait for staff: bank transfers to be made, and refunds that failed and whose money goes back in another way."""

    transfers: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """The money of one payment: what came, what went back, what is on its way back besides, and what refunds failed to give back."""

    payment_id: UUID
    order_id: UUID
    captured: Money
    refunded: Money
    returning: Money
    failed: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconcileReport:
    """What a reconciliation found: webhooks fetched late, payments looked up, and how many of them had changed."""

    provider: str
    missed_events: int = 0
    checked: int = 0
    drifted: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerFault:
    """A payment whose row, ledger and provider do not tell of the same money; `detail` says how they differ."""

    payment_id: UUID
    detail: str
