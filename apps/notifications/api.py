"""Published interface of notifications: what was sent about an order, what came back, and what a mail looks like."""

from __future__ import annotations

from uuid import UUID

from apps.messaging import api as messaging
from apps.notifications.contracts import LANGUAGES, Bounce, BounceOutcome, MailKind, SentMail, WrittenMail
from apps.notifications.models import OutboundMail
from apps.notifications.services import bounces, previewing
from apps.orders import api as orders

__all__ = [
    "LANGUAGES",
    "Bounce",
    "BounceOutcome",
    "MailKind",
    "SentMail",
    "WrittenMail",
    "is_address_dead",
    "list_mails",
    "preview_mail",
    "record_bounce",
    "write_to_address_again",
]


def list_mails(*, order_id: UUID) -> tuple[SentMail, ...]:
    """Return the mails about an order, oldest first, with what came back of them; two queries."""
    rows = OutboundMail.objects.filter(order_id=order_id).order_by("id").prefetch_related("bounces")
    return tuple(
        SentMail(
            id=row.id,
            kind=row.kind,
            message_id=row.message_id,
            sent_at=row.sent_at,
            withheld_at=row.withheld_at,
            error=row.last_error,
            bounces=tuple(
                Bounce(status=each.status, reason=each.reason, is_final=each.is_final, recorded_at=each.recorded_at)
                for each in row.bounces.all()
            ),
        )
        for row in rows
    )


def preview_mail(*, kind: MailKind, order_id: UUID, language: str) -> WrittenMail:
    """Return the mail of `kind` about an order in a language of `LANGUAGES`, as its buyer would get it were that the news now.

    What the order does not have yet (a parcel, a refund) is made up. The link opens the order's page for who may see it anyway: it bears
    no token. Raises orders.OrderNotFound.
    """
    return previewing.preview(kind=kind, order_id=order_id, language=language)


def record_bounce(*, content: bytes) -> BounceOutcome:
    """Take a message that came back to the sender's mailbox: a delivery status notification (RFC 3464) as bytes.

    It is kept with the mail it is about, found by Message-ID, once for each status code. Where it says that the order's address takes no
    mail any more, nothing automatic is sent there until `write_to_address_again`.
    """
    report = bounces.read_report(content)
    if report is None:
        return BounceOutcome.NOT_A_REPORT
    mail = bounces.find_mail(report)
    if mail is None:
        return BounceOutcome.UNKNOWN_MAIL
    contact = orders.get_contact(order_id=mail.order_id)
    return _record(mail=mail, report=report, address=contact.email)


_record = messaging.command(bounces.record)


def is_address_dead(*, address: str) -> bool:
    """Return whether automatic mail to an address is withheld because it bounced for good; one query."""
    return bounces.is_dead(address)


@messaging.command
def write_to_address_again(*, address: str) -> None:
    """Send automatic mail to an address again from now on; what was withheld stays unsent. Harmless where nothing was withheld."""
    bounces.revive(address)
