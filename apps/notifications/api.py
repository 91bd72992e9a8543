"""Published interface of notifications: what was sent about an order, and what a mail looks like."""

from __future__ import annotations

from uuid import UUID

from apps.notifications.contracts import LANGUAGES, MailKind, SentMail, WrittenMail
from apps.notifications.models import OutboundMail
from apps.notifications.services import previewing

__all__ = [
    "LANGUAGES",
    "MailKind",
    "SentMail",
    "WrittenMail",
    "list_mails",
    "preview_mail",
]


def list_mails(*, order_id: UUID) -> tuple[SentMail, ...]:
    """Return the mails about an order, oldest first, in one query."""
    rows = OutboundMail.objects.filter(order_id=order_id).order_by("id")
    return tuple(
        SentMail(
            id=row.id,
            kind=row.kind,
            message_id=row.message_id,
            sent_at=row.sent_at,
            error=row.last_error,
        )
        for row in rows
    )


def preview_mail(*, kind: MailKind, order_id: UUID, language: str) -> WrittenMail:
    """Return the mail of `kind` about an order in a language of `LANGUAGES`, as its buyer would get it were that the news now.

    What the order does not have yet (a parcel, a refund) is made up. The link opens the order's page for who may see it anyway: it bears
    no token. Raises orders.OrderNotFound.
    """
    return previewing.preview(kind=kind, order_id=order_id, language=language)
