"""Queueing a mail with the fact it tells, and sending it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models.functions import Now

from apps.brand import api as brand
from apps.messaging import api as messaging
from apps.messaging import work
from apps.notifications.contracts import MailKind
from apps.notifications.models import OutboundMail
from apps.notifications.services import bounces, writing
from apps.orders import api as orders

DRIVER = "notifications.send_mail"


def new(*, kind: MailKind, order_id: UUID, version: int, facts: Mapping[str, Any]) -> OutboundMail:
    """Return the mail that tells a fact of an order."""
    return OutboundMail(kind=kind, order_id=order_id, facts=facts, message_id=_message_id(kind, order_id, version))


def queue(mails: Iterable[OutboundMail]) -> None:
    """Write the mails' rows; inside the handler's transaction. A repeated event meets the unique Message-ID."""
    OutboundMail.objects.bulk_create(mails, ignore_conflicts=True)
    messaging.wake(DRIVER)


def send(item: OutboundMail) -> None:
    """Send a claimed mail and record it; where its address bounced for good, record only that it was withheld.

    The Message-ID stays the same, so where a crash falls between the server's accept and the record, the recipient's server sees a repeat.
    """
    order = orders.get_order(order_id=item.order_id, viewer=orders.Viewer(is_staff=True))
    contact = orders.get_contact(order_id=item.order_id)
    if bounces.is_dead(contact.email):
        with work.record(item) as row:
            row.withheld_at = Now()
        return
    written = writing.write(kind=MailKind(item.kind), order=order, facts=item.facts, link=writing.signed_link(order))
    message = EmailMultiAlternatives(
        subject=written.subject,
        body=written.text,
        from_email=brand.get_brand().sender,
        to=[contact.email],
        headers={"Message-ID": item.message_id, "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(written.html, "text/html")
    message.send()
    with work.record(item) as row:
        row.sent_at = Now()


def _message_id(kind: MailKind, order_id: UUID, version: int) -> str:
    return f"<{kind.value}.{order_id}.{version}@{urlsplit(settings.STOREFRONT_URL).hostname}>"
