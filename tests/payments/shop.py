"""The shop's side of payments in tests: orders to pay, and what the provider's own ledger says about them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models.functions import Now

from apps.kernel import clock
from apps.kernel.ids import uuid7
from apps.kernel.money import Money
from apps.messaging import work
from apps.messaging.models import OutboxMessage
from apps.payments import api as payments
from apps.payments.models import Payment, PaymentTransaction
from tests.payments.sandbox.process import SandboxProcess
from tests.payments.sandbox.receiver import Receiver, wait_until

EUR = "EUR"
VISA, DECLINED, AUTHENTICATE = "pm_card_visa", "pm_card_visa_chargeDeclined", "pm_card_threeDSecure2Required"
RETURN_URL = "https://shop.test/orders/1/return"


def euros(amount: str) -> Money:
    return Money(Decimal(amount), EUR)


@dataclass
class Shop:
    provider: SandboxProcess
    receiver: Receiver
    amount: Money = field(default_factory=lambda: euros("84.90"))

    def open(self, *, order_id: UUID | None = None, **changes: Any) -> payments.Payment:
        given: dict[str, Any] = {
            "order_id": order_id or uuid7(),
            "amount": self.amount,
            "provider": "stripe",
            "deadline": clock.now() + timedelta(hours=1),
            "return_url": None,
            "cancel_url": None,
            "description": "Order N-1001",
            "email": "ada@example.com",
            "reference": "N-1001",
        }
        return payments.open_payment(**given | changes)

    def confirm(self, payment: payments.Payment, method: str = VISA, key: str = "first") -> payments.Payment:
        return payments.confirm_payment(
            payment_id=payment.id, order_id=payment.order_id, payment_method=method, idempotency_reference=key
        )

    def paid(self, method: str = VISA, **changes: Any) -> payments.Payment:
        return self.confirm(self.open(**changes), method)

    def refund(
        self, payment: payments.Payment, amount: Money | None = None, reference: str = "refund-1"
    ) -> payments.Refund:
        return payments.request_refund(
            payment_id=payment.id, amount=amount, reason="damaged", reference=reference, actor="staff@example.com"
        )

    # what is true

    def row(self, payment: payments.Payment) -> Payment:
        return Payment.objects.get(pk=payment.id)

    def rows(self) -> Any:
        return Payment.objects.all()

    def look(self, payment: payments.Payment) -> payments.Payment:
        return payments.get_payment(payment_id=payment.id)

    def provider_lines(self, order_id: UUID) -> list[dict[str, Any]]:
        """Return every money move the provider made for an order."""
        found = [line for line in self.provider.ledger() if line["order_id"] == str(order_id)]
        return [line for line in found if line["kind"] != "void"]

    def charges(self, order_id: UUID) -> list[dict[str, Any]]:
        return [line for line in self.provider_lines(order_id) if line["kind"] == "charge"]

    def ledger(self, payment: payments.Payment) -> list[tuple[str, int]]:
        rows = PaymentTransaction.objects.filter(payment_id=payment.id)
        return [(row.kind, row.amount.minor) for row in rows]

    def assert_ledgers_agree(self, payment: payments.Payment) -> None:
        """Our ledger, the balances on the row and the provider's ledger tell the same, movement by movement."""
        theirs = [(line["kind"], line["amount"]) for line in self.provider_lines(payment.order_id)]
        assert sorted(self.ledger(payment)) == sorted(theirs)
        sign = {"charge": 0, "refund": 1, "refund_failure": -1}
        row = self.row(payment)
        assert row.captured.minor == sum(amount for kind, amount in theirs if kind == "charge")
        assert row.refunded.minor == sum(sign[kind] * amount for kind, amount in theirs)

    def events(self, payment: payments.Payment) -> list[str]:
        """Return what was published about a payment, in order: "payment_succeeded", ..."""
        rows = OutboxMessage.objects.filter(key=f"payments:{payment.id}").order_by("version")
        versions = [row.version for row in rows]
        assert versions == list(range(1, len(versions) + 1))
        return [row.event_type.split(".")[1] for row in rows]

    # webhooks

    def webhooks(self, payment: payments.Payment, kind: str, *, count: int = 1) -> list[Any]:
        """Return the deliveries of one type about a payment, once there are `count`."""
        return self.webhooks_of(payment.id, kind, intent_id=self.row(payment).intent_id, count=count)

    def webhooks_of(self, payment_id: UUID, kind: str, *, intent_id: str = "-", count: int = 1) -> list[Any]:
        def is_about(subject: Any) -> bool:
            return (
                subject["metadata"].get("payment_id") == str(payment_id) or subject.get("payment_intent") == intent_id
            )

        def about() -> list[Any]:
            return [each for each in self.receiver.events(kind) if is_about(each.event["data"]["object"])]

        wait_until(lambda: len(about()) >= count, what=f"{count} x {kind}")
        return about()

    def deliver(self, received: Any) -> None:
        """Hand a delivery to the shop as the provider sent it."""
        payments.receive_webhook(
            provider="stripe", body=received.body, headers={"Stripe-Signature": received.signature}
        )

    # time passes

    def work(self) -> None:
        """Do what the workers do: everything due of payments."""
        for name in ("payments.apply_webhook", "payments.send_refund"):
            work.drive(name=name)

    def due_now(self, model: Any) -> None:
        model.objects.filter(next_run_at__isnull=False).update(next_run_at=Now())

    def lease_ran_out(self, model: Any) -> None:
        """A worker died: its items are given to another once their lease is over."""
        self.due_now(model)

    def heard_nothing_for_long(self) -> None:
        Payment.objects.update(checked_at=Now() - timedelta(hours=1))

    def wait_for_refund(self, payment: payments.Payment) -> None:
        """Wait until the provider has decided about the refunds of a payment."""
        intent_id = self.row(payment).intent_id
        refunds = self.provider.client().v1.refunds

        def decided() -> bool:
            found = refunds.list({"payment_intent": intent_id}).data
            return all(refund.status != "pending" for refund in found)

        wait_until(decided, what="the refund is decided")
