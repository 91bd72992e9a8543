"""The driver that sends mails."""

from __future__ import annotations

from apps.messaging import work
from apps.notifications.models import OutboundMail
from apps.notifications.services import mails


@work.driver(mails.DRIVER, model=OutboundMail)
def send_mail(item: OutboundMail) -> None:
    """Send one mail."""
    mails.send(item)
