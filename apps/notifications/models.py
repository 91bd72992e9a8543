"""Tables of notifications."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from apps.messaging.work import WorkItem
from apps.notifications.contracts import MailKind
from apps.persistence.models import UUIDModel


class OutboundMail(WorkItem):
    """A mail about one fact of an order. The address is asked for when it is sent, so none is kept here."""

    kind = models.CharField(max_length=20, choices=[(kind.value, kind.value.capitalize()) for kind in MailKind])
    order_id = models.UUIDField(db_index=True)
    facts = models.JSONField(default=dict)
    message_id = models.CharField(max_length=150, unique=True)
    sent_at = models.DateTimeField(null=True)
    withheld_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [WorkItem.due_index("notifications_mail_due")]

    @property
    def state(self) -> str:
        """Return where the mail is: sent, withheld (its address had bounced), parked (it failed too often) or waiting."""
        if self.sent_at:
            return "sent"
        if self.withheld_at:
            return "withheld"
        return "parked" if self.parked_at else "waiting"


class Bounce(UUIDModel):
    """What a mail server said about a mail of ours; the same report twice is one row."""

    mail = models.ForeignKey(OutboundMail, on_delete=models.CASCADE, related_name="bounces")
    status = models.CharField(max_length=15)
    reason = models.CharField(max_length=300)
    is_final = models.BooleanField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("recorded_at",)
        constraints = [models.UniqueConstraint(fields=["mail", "status"], name="notifications_bounce_once")]


class DeadAddress(models.Model):
    """An address that bounced for good, as a keyed hash: it can be recognised, not read."""

    address_hash = models.CharField(max_length=64, primary_key=True)
    since = models.DateTimeField(db_default=Now())
