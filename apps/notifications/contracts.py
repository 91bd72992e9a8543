"""Values that cross the boundary of notifications."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SentMail:
    """A mail about an order; `sent_at` is None while it waits, `error` says why the last attempt failed."""

    id: UUID
    kind: str
    message_id: str
    sent_at: datetime | None
    error: str
