"""Values that cross the boundary of notifications."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

# The languages mails are written in, by ISO 639-1 code; an order in any other gets the first.
LANGUAGES: Final = ("en",)


class MailKind(StrEnum):
    """What a mail tells."""

    PLACED = "placed"
    PAID = "paid"
    SHIPPED = "shipped"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


@dataclass(frozen=True, slots=True, kw_only=True)
class SentMail:
    """A mail about an order; `sent_at` is None while it waits, `error` says why the last attempt failed."""

    id: UUID
    kind: str
    message_id: str
    sent_at: datetime | None
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenMail:
    """A mail ready to send: one subject, and the same told as plain text and as a whole HTML document."""

    subject: str
    text: str
    html: str
