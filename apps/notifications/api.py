"""Published interface of notifications: what was sent about an order."""

from __future__ import annotations

from uuid import UUID

from apps.notifications.contracts import SentMail
from apps.notifications.models import OutboundMail


def list_mails(*, order_id: UUID) -> tuple[SentMail, ...]:
    """Return the mails about an order, oldest first, in one query."""
    return tuple(
        SentMail(id=row.id, kind=row.kind, message_id=row.message_id, sent_at=row.sent_at, error=row.last_error)
        for row in OutboundMail.objects.filter(order_id=order_id).order_by("id")
    )


__all__ = ["SentMail", "list_mails"]
