"""One change of a locked payment: ledger rows, events in the order of their versions, and the row itself."""

from __future__ import annotations

from django.db.models.functions import Now

from apps.kernel.events import Event
from apps.kernel.money import Money
from apps.messaging import api as messaging
from apps.payments.models import Payment, PaymentTransaction, amount_columns
from apps.persistence.moments import moment


class Change:
    """Collects what happens to `payment` (whose row lock the caller holds); `save` writes it.

    `provider` is through whom its money moves, where that is not the payment's own.
    """

    def __init__(self, payment: Payment, *, actor: str = "", note: str = "", provider: str = "") -> None:
        self.payment = payment
        self._provider = provider or payment.provider
        self._actor = actor
        self._note = note
        self._events: list[tuple[Event, int]] = []

    def knows(self, kind: PaymentTransaction.Kind, *, reference: str) -> bool:
        """Return whether a movement is in the ledger already."""
        return PaymentTransaction.objects.filter(payment=self.payment, kind=kind, reference=reference).exists()

    def write(self, kind: PaymentTransaction.Kind, *, amount: Money, reference: str) -> None:
        """Write a movement to the ledger; the table refuses one that is there."""
        PaymentTransaction.objects.create(
            payment=self.payment,
            provider=self._provider,
            kind=kind,
            **amount_columns(amount),
            reference=reference,
            actor=self._actor,
            note=self._note,
            created_at=moment(),
        )

    def announce(self, event: Event) -> None:
        """Publish `event` with the payment's next version."""
        self.payment.version += 1
        self._events.append((event, self.payment.version))

    def save(self) -> None:
        """Write the row and its events; what lets somebody pay, and who did, is forgotten once the payment is closed."""
        if not self.payment.is_open:
            self.payment.client_secret = self.payment.redirect_url = self.payment.client = ""
        self.payment.checked_at = Now()
        self.payment.save()
        messaging.publish_many(self._events)
