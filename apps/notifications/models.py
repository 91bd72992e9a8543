"""Tables of notifications."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from apps.messaging.work import WorkItem
from apps.notifications.contracts import AccountMailKind, MailKind
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


class AccountMail(WorkItem):
    """A mail about an account. Address and link are made when it is sent, so neither is kept here."""

    kind = models.CharField(max_length=20, choices=[(kind.value, kind.value) for kind in AccountMailKind])
    customer_id = models.UUIDField()
    language = models.CharField(max_length=10)
    message_id = models.CharField(max_length=150, unique=True)
    asked_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True)
    withheld_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        indexes = [
            WorkItem.due_index("notifications_account_due"),
            models.Index(fields=["customer_id", "id"], name="notifications_account_mails"),
        ]


class StockNotice(WorkItem):
    """Somebody who wants to know when a variant is back in stock; while they wait there is nothing to do.

    The address goes once the mail is out; its keyed hash stays until the row is forgotten.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        DROPPED = "dropped", "Dropped: no longer sold, or the address had bounced"

    variant_id = models.UUIDField()
    address = models.CharField(max_length=254, blank=True)
    address_hash = models.CharField(max_length=64)
    language = models.CharField(max_length=10)
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    requested_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["variant_id", "address_hash"],
                name="notifications_stock_notice_once",
                condition=models.Q(state="waiting"),
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "sent", "dropped"]), name="notifications_stock_notice_state"
            ),
        ]
        indexes = [
            WorkItem.due_index("notifications_stock_due"),
            models.Index(fields=["address_hash"], name="notifications_stock_of_address"),
            models.Index(fields=["requested_at"], name="notifications_stock_age"),
        ]


class Bounce(UUIDModel):
    """What a mail server said about a mail of ours, about an order, an account or stock; the same report twice is one row."""

    mail = models.ForeignKey(OutboundMail, null=True, on_delete=models.CASCADE, related_name="bounces")
    stock_notice = models.ForeignKey(
        StockNotice, null=True, on_delete=models.CASCADE, related_name="bounces", db_index=False
    )
    account_mail = models.ForeignKey(
        AccountMail, null=True, on_delete=models.CASCADE, related_name="bounces", db_index=False
    )
    status = models.CharField(max_length=15)
    reason = models.CharField(max_length=300)
    is_final = models.BooleanField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("recorded_at",)
        constraints = [
            models.UniqueConstraint(fields=["mail", "status"], name="notifications_bounce_once"),
            models.UniqueConstraint(fields=["stock_notice", "status"], name="notifications_stock_bounce_once"),
            models.UniqueConstraint(fields=["account_mail", "status"], name="notifications_account_bounce_once"),
            models.CheckConstraint(
                condition=models.Q(mail__isnull=False, stock_notice__isnull=True, account_mail__isnull=True)
                | models.Q(mail__isnull=True, stock_notice__isnull=False, account_mail__isnull=True)
                | models.Q(mail__isnull=True, stock_notice__isnull=True, account_mail__isnull=False),
                name="notifications_bounce_of_one_mail",
            ),
        ]


class DeadAddress(models.Model):
    """An address that bounced for good, as a keyed hash: it can be recognised, not read."""

    address_hash = models.CharField(max_length=64, primary_key=True)
    since = models.DateTimeField(db_default=Now())
