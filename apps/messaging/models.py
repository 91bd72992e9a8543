"""Tables of messaging; they exist in every database that holds apps."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from apps.persistence.models import UUIDModel

SHARDS = 16


class OutboxShard(models.Model):
    """A lock: the relay that holds this row copies the shard's messages, alone and so in order."""

    id = models.SmallIntegerField(primary_key=True)


class OutboxMessage(UUIDModel):
    """An event that was committed with the change it tells of."""

    event_type = models.CharField(max_length=100)
    key = models.CharField(max_length=120)
    version = models.BigIntegerField()
    shard = models.SmallIntegerField()
    payload = models.JSONField()
    headers = models.JSONField(default=dict)
    occurred_at = models.DateTimeField(db_default=Now())
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "version"], name="messaging_outbox_key_version")]
        indexes = [
            models.Index(
                fields=["shard", "key", "version"],
                name="messaging_outbox_unpublished",
                condition=models.Q(published_at__isnull=True),
            ),
            models.Index(fields=["event_type", "occurred_at"], name="messaging_outbox_by_type"),
        ]


class InboxMessage(UUIDModel):
    """One event for one consumer. `due_at` is when it may be claimed: after a claim, when the lease ends."""

    consumer = models.CharField(max_length=100)
    queue = models.CharField(max_length=50)
    message_id = models.UUIDField()
    event_type = models.CharField(max_length=100)
    key = models.CharField(max_length=120)
    version = models.BigIntegerField()
    payload = models.JSONField()
    headers = models.JSONField(default=dict)
    occurred_at = models.DateTimeField()
    due_at = models.DateTimeField(db_default=Now())
    attempts = models.SmallIntegerField(default=0, db_default=0)
    lease_token = models.UUIDField(null=True)
    done_at = models.DateTimeField(null=True)
    parked_at = models.DateTimeField(null=True)
    last_error = models.TextField(default="", db_default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["consumer", "message_id"], name="messaging_inbox_once")]
        indexes = [
            models.Index(
                fields=["queue", "due_at"],
                name="messaging_inbox_fresh",
                condition=models.Q(done_at__isnull=True, parked_at__isnull=True, attempts=0),
            ),
            models.Index(
                fields=["queue", "due_at"],
                name="messaging_inbox_retry",
                condition=models.Q(done_at__isnull=True, parked_at__isnull=True, attempts__gt=0),
            ),
            models.Index(
                fields=["consumer", "key", "version"],
                name="messaging_inbox_heads",
                condition=models.Q(done_at__isnull=True),
            ),
            models.Index(
                fields=["parked_at"], name="messaging_inbox_parked", condition=models.Q(parked_at__isnull=False)
            ),
            models.Index(fields=["done_at"], name="messaging_inbox_done", condition=models.Q(done_at__isnull=False)),
        ]


class IdempotencyRecord(models.Model):
    """The answer to a request with an idempotency key, written with what the request did."""

    reference = models.CharField(max_length=64, primary_key=True)
    fingerprint = models.CharField(max_length=64)
    status = models.SmallIntegerField()
    body = models.TextField()  # JSON as text: jsonb would reorder the members, and a repeat gets the same bytes
    headers = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["created_at"], name="messaging_idempotency_age")]


class AuditPass(models.Model):
    """How far the audit has walked with one check. `position` is where it goes on; blank where it begins anew."""

    check_name = models.CharField(max_length=100, primary_key=True)
    position = models.CharField(max_length=200, default="", db_default="")
    started_at = models.DateTimeField(null=True)
    subjects = models.BigIntegerField(default=0, db_default=0)
    finished_at = models.DateTimeField(null=True, help_text="When everything was last looked at.")
    finished_subjects = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        default_permissions = ()


class AuditFinding(UUIDModel):
    """Something the audit found wrong. It stands once it was seen twice, and is over when it is seen no more."""

    check_name = models.CharField(max_length=100)
    subject = models.CharField(max_length=200)
    detail = models.TextField()
    repair = models.CharField(max_length=100, blank=True)
    first_seen_at = models.DateTimeField(db_default=Now())
    last_seen_at = models.DateTimeField(db_default=Now())
    stands_since = models.DateTimeField(null=True)
    over_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ("view",)
        permissions = [("repair_auditfinding", "Can repair what the audit found")]
        constraints = [
            models.UniqueConstraint(
                fields=["check_name", "subject"],
                condition=models.Q(over_at__isnull=True),
                name="messaging_finding_open_once",
            )
        ]


class AuditRepair(UUIDModel):
    """What staff did about a finding. `ended_at` is null where the process died meanwhile; `error` blank where it worked."""

    finding = models.ForeignKey(AuditFinding, on_delete=models.PROTECT, related_name="repairs")
    repair = models.CharField(max_length=100)
    actor = models.CharField(max_length=200)
    started_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    error = models.TextField(default="", db_default="")

    class Meta:
        default_permissions = ()
        ordering = ["-started_at"]
