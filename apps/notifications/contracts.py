"""Values that cross the boundary of notifications."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class MailKind(StrEnum):
    """What a mail tells."""

    PLACED = "placed"
    TRANSFER = "transfer"
    PAID = "paid"
    SHIPPED = "shipped"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


class AccountMailKind(StrEnum):
    """What a mail tells about an account."""

    PASSWORD_RESET = "password_reset"  # noqa: S105 - a kind of mail
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a kind of mail


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """What a mail server said about a mail it did not deliver.

    `status` is an enhanced status code (RFC 3463) such as 5.1.1, `reason` its words without the address. `is_final`: the address takes no
    mail any more.
    """

    status: str
    reason: str
    is_final: bool
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SentMail:
    """A mail about an order or an account.

    `sent_at` is None while it waits, `error` says why the last attempt failed. `withheld_at` is set where it was not sent because its
    address had bounced for good.
    """

    id: UUID
    kind: str
    message_id: str
    sent_at: datetime | None
    withheld_at: datetime | None
    error: str
    bounces: tuple[Bounce, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenMail:
    """A mail ready to send: one subject, and the same told as plain text and as a whole HTML document."""

    subject: str
    text: str
    html: str


class BounceOutcome(StrEnum):
    """What became of a message that was handed in as a bounce."""

    FINAL = "final"  # recorded; no more automatic mail to this address
    RECORDED = "recorded"  # recorded; the address may take the next mail
    KNOWN = "known"  # recorded before
    UNKNOWN_MAIL = "unknown_mail"  # a report about none of this shop's mails
    NOT_A_REPORT = "not_a_report"  # no delivery status notification, or of a delivery
