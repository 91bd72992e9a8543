"""Tables of notifications."""

from __future__ import annotations

from django.db import models

from apps.messaging.work import WorkItem
from apps.notifications.contracts import MailKind


class OutboundMail(WorkItem):
    """A mail about one fact of an order. The address is asked for when it is sent, so none is kept here."""

    kind = models.CharField(max_length=20, choices=[(kind.value, kind.value.capitalize()) for kind in MailKind])
    order_id = models.UUIDField(db_index=True)
    facts = models.JSONField(default=dict)
    message_id = models.CharField(max_length=150, unique=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [WorkItem.due_index("notifications_mail_due")]

    @property
    def state(self) -> str:
        """Return where the mail is: sent, parked (it failed too often; staff may send it again) or waiting."""
        return "sent" if self.sent_at else "parked" if self.parked_at else "waiting"
