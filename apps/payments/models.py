"""Tables of payments. `services.applying` is the only code that changes what a payment holds."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from apps.kernel.money import Money
from apps.messaging.work import WorkItem
from apps.payments.contracts import PaymentKind, PaymentStatus, RefundStatus
from apps.payments.gateways.base import Handle
from apps.persistence.fields import MoneyField
from apps.persistence.models import UUIDModel

OPEN_STATUSES = tuple(
    status.value
    for status in PaymentStatus
    if status not in (PaymentStatus.SUCCEEDED, PaymentStatus.CANCELLED, PaymentStatus.FAILED)
)
REFERENCE_LENGTH = 255


def amount_columns(amount: Money) -> dict[str, Any]:
    """Return the columns of a field `amount` for a constructor; type checkers know the columns, not the field."""
    return {"amount_amount": amount.amount, "amount_currency": amount.currency}


class Payment(UUIDModel):
    """One attempt to get an order's money; its id is in the idempotency keys and metadata at the provider.

    `captured_total` and `refunded_total` (in the amount's currency) are the sums of the ledger. `opening` holds what the
    provider is asked for until it answered, so that a repeat asks for the same; `opened_at` is null until then.
    """

    order_id = models.UUIDField(db_index=True)
    customer_id = models.UUIDField(null=True, help_text="Whose order it is; none for a guest.")
    provider = models.CharField(max_length=32)
    kind = models.CharField(max_length=8, choices=[(kind.value, kind.value) for kind in PaymentKind])
    status = models.CharField(max_length=24, choices=[(status.value, status.value) for status in PaymentStatus])
    amount: MoneyField[Money] = MoneyField()
    captured_total = models.DecimalField(max_digits=19, decimal_places=4, default=0, db_default=0)
    refunded_total = models.DecimalField(max_digits=19, decimal_places=4, default=0, db_default=0)
    version = models.BigIntegerField(default=0, db_default=0, help_text="Counts the events of this payment.")
    session_id = models.CharField(max_length=255, default="", db_default="", blank=True)
    intent_id = models.CharField(max_length=255, default="", db_default="", blank=True)
    client_secret = models.CharField(max_length=255, default="", db_default="", blank=True)
    redirect_url = models.TextField(default="", db_default="", blank=True)
    return_url = models.TextField(
        default="", db_default="", blank=True, help_text="Where the provider's page leads back to."
    )
    cancel_url = models.TextField(default="", db_default="", blank=True, help_text="Where it leads who gives up.")
    instructions = models.TextField(default="", db_default="", blank=True)
    decline_code = models.CharField(max_length=100, default="", db_default="", blank=True)
    opening = models.JSONField(default=dict, blank=True)
    opened_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True, help_text="When the provider's page closes.")
    confirmation = models.CharField(
        max_length=64, default="", db_default="", blank=True, help_text="Digest of the last confirmation sent."
    )
    closings = models.SmallIntegerField(default=0, db_default=0, help_text="Counts the attempts to close it.")
    client = models.CharField(
        max_length=64,
        default="",
        db_default="",
        blank=True,
        help_text="Digest of the address that last acted on it, while it is open.",
    )
    observed_at = models.DateTimeField(null=True, help_text="Moment of the newest look at the provider applied.")
    checked_at = models.DateTimeField(db_default=Now(), help_text="When the provider was last asked or told us.")
    deadline = models.DateTimeField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ("view",)
        permissions = [
            ("refund_payment", "Can give money back"),
            ("record_payment", "Can record that a bank transfer arrived"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["order_id"], condition=Q(status__in=OPEN_STATUSES), name="payments_one_open_per_order"
            ),
            models.UniqueConstraint(
                fields=["provider", "session_id"], condition=~Q(session_id=""), name="payments_payment_session"
            ),
            models.UniqueConstraint(
                fields=["provider", "intent_id"], condition=~Q(intent_id=""), name="payments_payment_intent"
            ),
            models.CheckConstraint(
                condition=Q(status__in=[status.value for status in PaymentStatus]), name="payments_payment_status_known"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in PaymentKind]), name="payments_payment_kind_known"
            ),
            models.CheckConstraint(condition=Q(amount_amount__gt=0), name="payments_payment_amount_positive"),
            models.CheckConstraint(
                condition=Q(refunded_total__gte=0, refunded_total__lte=F("captured_total")),
                name="payments_refunded_of_captured",
            ),
            models.CheckConstraint(
                condition=Q(status="succeeded", captured_total=F("amount_amount"))
                | (~Q(status="succeeded") & Q(captured_total=0)),
                name="payments_succeeded_is_captured",
            ),
        ]
        indexes = [
            models.Index(fields=["checked_at"], condition=Q(status__in=OPEN_STATUSES), name="payments_payment_open")
        ]

    def __str__(self) -> str:
        return f"{self.amount} by {self.provider}"

    @property
    def is_open(self) -> bool:
        """Return whether it may still be paid."""
        return self.status in OPEN_STATUSES

    @property
    def handle(self) -> Handle:
        """Return what the payment is called here and at the provider."""
        return Handle(payment_id=self.pk, order_id=self.order_id, session_id=self.session_id, intent_id=self.intent_id)

    @property
    def captured(self) -> Money:
        """Return what was captured."""
        return Money(self.captured_total, self.amount.currency)

    @property
    def refunded(self) -> Money:
        """Return what went back."""
        return Money(self.refunded_total, self.amount.currency)


class PaymentTransaction(UUIDModel):
    """Append-only ledger of money that moved. One row per provider reference, however often it is told of."""

    class Kind(models.TextChoices):
        CHARGE = "charge"
        REFUND = "refund"
        REFUND_FAILURE = "refund_failure"  # money of a refund came back
        VOID = "void"  # an authorisation was let go; no money moved

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="transactions")
    provider = models.CharField(max_length=32)
    kind = models.CharField(max_length=16, choices=Kind)
    amount: MoneyField[Money] = MoneyField()
    reference = models.CharField(max_length=255, help_text="The provider's id of this movement.")
    actor = models.CharField(max_length=200, default="", db_default="")
    note = models.CharField(max_length=500, default="", db_default="")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ("view",)
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["provider", "kind", "reference"], name="payments_transaction_once"),
            models.CheckConstraint(condition=Q(amount_amount__gt=0), name="payments_transaction_amount_positive"),
            models.CheckConstraint(
                condition=Q(kind__in=["charge", "refund", "refund_failure", "void"]),
                name="payments_transaction_kind_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind.replace('_', ' ')} of {self.amount}"


class Refund(WorkItem):
    """Money on its way back; the work item sends it to the provider.

    `sent_at` is committed before the first call: from then on the outcome may exist and is looked up. `key_number` makes a
    new idempotency key, only after the provider stored a failure under the old one and is seen to have no refund.
    """

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    reference = models.CharField(max_length=REFERENCE_LENGTH, help_text="The caller's own id for it.")
    status = models.CharField(
        max_length=9, choices=[(status.value, status.value) for status in RefundStatus], default="pending"
    )
    amount: MoneyField[Money] = MoneyField()
    reason = models.CharField(max_length=500, default="", db_default="")
    actor = models.CharField(max_length=200, default="", db_default="")
    provider_reference = models.CharField(max_length=255, default="", db_default="")
    detail = models.TextField(default="", db_default="", help_text="Why it failed.")
    sent_at = models.DateTimeField(null=True)
    key_number = models.SmallIntegerField(default=0, db_default=0)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ("view",)
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["payment", "reference"], name="payments_refund_reference"),
            models.UniqueConstraint(
                fields=["payment", "provider_reference"],
                condition=~Q(provider_reference=""),
                name="payments_refund_provider_reference",
            ),
            models.CheckConstraint(condition=Q(amount_amount__gt=0), name="payments_refund_amount_positive"),
            models.CheckConstraint(
                condition=Q(status__in=[status.value for status in RefundStatus]), name="payments_refund_status_known"
            ),
        ]
        indexes = [WorkItem.due_index("payments_refund_due")]

    def __str__(self) -> str:
        return f"refund of {self.amount}"


class DeclinedCharge(UUIDModel):
    """A charge that a bank refused, kept for two days, so that who tries stolen cards is known by the many refusals.

    Card, account and address are digests, empty where unknown: they can be compared and nothing else.
    """

    payment = models.ForeignKey(Payment, on_delete=models.CASCADE, related_name="declined_charges")
    reference = models.CharField(max_length=255, help_text="The provider's id of the charge.")
    decline_code = models.CharField(max_length=100, default="", db_default="", blank=True)
    card = models.CharField(max_length=64, default="", db_default="", blank=True)
    account = models.CharField(max_length=64, default="", db_default="", blank=True)
    address = models.CharField(max_length=64, default="", db_default="", blank=True)
    declined_at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ("view",)
        permissions = [("lift_decline_limit", "Can let a card, account or address try again")]
        constraints = [models.UniqueConstraint(fields=["payment", "reference"], name="payments_declined_charge_once")]
        indexes = [
            models.Index(fields=["card", "declined_at"], name="payments_declined_card"),
            models.Index(fields=["account", "declined_at"], name="payments_declined_account"),
            models.Index(fields=["address", "declined_at"], name="payments_declined_address"),
            models.Index(fields=["declined_at"], name="payments_declined_at"),
        ]

    def __str__(self) -> str:
        return f"{self.decline_code or 'declined'} ({self.reference})"


class LiftedLimit(UUIDModel):
    """A member of staff let a card, account or address try again: what of it was declined until then counts no more for it.

    The mark, a digest as that of `DeclinedCharge`, goes with the declines; who did it and why stays.
    """

    class Kind(models.TextChoices):
        CARD = "card"
        ACCOUNT = "account"
        ADDRESS = "address"

    kind = models.CharField(max_length=10, choices=Kind)
    mark = models.CharField(max_length=64, blank=True)
    declines = models.PositiveIntegerField(help_text="How many counted until then.")
    reason = models.CharField(max_length=200)
    actor = models.CharField(max_length=100)
    lifted_at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["card", "account", "address"]), name="payments_lifted_kind_known"
            )
        ]
        indexes = [models.Index(fields=["kind", "mark", "lifted_at"], name="payments_lifted_limit")]

    def __str__(self) -> str:
        return f"{self.kind} {self.mark[:8]}"


class WebhookEvent(WorkItem):
    """News from a provider, kept once per event id before it is answered with 2xx.

    The body is a hint, so only what leads to our payment is kept of it: personal data stays at the provider.
    """

    class Outcome(models.TextChoices):
        WAITING = "waiting"
        APPLIED = "applied"
        IGNORED = "ignored"

    provider = models.CharField(max_length=32)
    event_id = models.CharField(max_length=255)
    event_type = models.CharField(max_length=100)
    payload = models.JSONField(
        default=dict, help_text="What the event points to: payment_id, session_id, intent_id; tells_success."
    )
    outcome = models.CharField(max_length=8, choices=Outcome, default=Outcome.WAITING)
    received_at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["provider", "event_id"], name="payments_webhook_event_once")]
        indexes = [WorkItem.due_index("payments_webhook_due")]
