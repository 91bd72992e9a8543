"""Queueing a mail with the fact it tells, and sending it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models.functions import Now

from apps.messaging import api as messaging
from apps.messaging import work
from apps.notifications.contracts import MailKind
from apps.notifications.models import OutboundMail
from apps.notifications.services import bounces, posting, writing
from apps.orders import api as orders

DRIVER = "notifications.send_mail"


def new(*, kind: MailKind, order_id: UUID, about: int | UUID, facts: Mapping[str, Any]) -> OutboundMail:
    """Return the mail that tells a fact: of the order's version, or of its payment, that `about` names."""
    return OutboundMail(kind=kind, order_id=order_id, facts=facts, message_id=_message_id(kind, order_id, about))


def queue(mails: Iterable[OutboundMail]) -> None:
    """Write the mails' rows; inside the handler's transaction. A repeated event meets the unique Message-ID."""
    OutboundMail.objects.bulk_create(mails, ignore_conflicts=True)
    messaging.wake(DRIVER)


def send(item: OutboundMail) -> None:
    """Send a claimed mail and record it; where its address bounced for good, record only that it was withheld.

    The Message-ID stays the same, so where a crash falls between the server's accept and the record, the recipient's server sees a repeat.
    """
    order = orders.get_order(order_id=item.order_id, viewer=orders.Viewer(is_staff=True))
    if bounces.is_dead(order.email):
        with work.record(item) as row:
            row.withheld_at = Now()
        return
    written = writing.write(kind=MailKind(item.kind), order=order, facts=item.facts, link=writing.signed_link(order))
    posting.post(written, to=order.email, message_id=item.message_id)
    with work.record(item) as row:
        row.sent_at = Now()


def _message_id(kind: MailKind, order_id: UUID, about: int | UUID) -> str:
    return posting.message_id(f"{kind.value}.{order_id}.{about}")
