"""What the saga records about money: the order is paid, cannot be filled, ran out of time, got money it does not need, gave money back."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from apps.kernel import codec
from apps.kernel.money import Money
from apps.messaging import api as messaging
from apps.orders.contracts import OrderStatus
from apps.orders.history import Cancelled, Noted, Paid, Refunded, RefundReversed
from apps.orders.models import Order, OrderLine, SagaStep
from apps.orders.services.cancelling import release
from apps.orders.services.recording import counts_refund, lock_order, record
from apps.orders.services.steps import Step, StepKind, finish_step, queue_steps

ACTOR = "saga"


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A payment that succeeded, as its step carries it; `at` is when, where that was told."""

    payment_id: UUID
    amount: Money
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundTold:
    """A refund that succeeded or failed, as its step carries it."""

    refund_id: UUID
    payment_id: UUID
    amount: Money


def why_not_needed(row: Order, received: Received) -> str | None:
    """Return why the order has no use for this payment, or None where it waits for just that."""
    if row.status != OrderStatus.AWAITING_PAYMENT.value:
        return "late_payment" if row.payment_id is None else "second_payment"
    return None if received.amount == row.total else "unexpected_amount"


def find_order(*, order_id: UUID) -> Order:
    """Return the order's row as it is now, unlocked: what the saga decides on is checked again when it records."""
    return Order.objects.get(pk=order_id)


def quantities(*, order_id: UUID) -> dict[UUID, int]:
    """Return how many of each variant the order has."""
    wanted: dict[UUID, int] = {}
    for variant_id, quantity in OrderLine.objects.filter(order_id=order_id).values_list("variant_id", "quantity"):
        wanted[variant_id] = wanted.get(variant_id, 0) + quantity
    return wanted


def second_reservation(order_id: UUID) -> str:
    """Return the reference under which stock is reserved again for an order that lost its own."""
    return hashlib.sha256(f"{order_id} again".encode()).hexdigest()


@messaging.command
def expect_settlement(*, order_id: UUID, received: Received) -> bool:
    """Queue the settlement of a payment seen before its event; False where it was settled before."""
    step = settlement(received)
    queue_steps(order_id=order_id, steps=[step])
    known = SagaStep.objects.filter(order_id=order_id, kind=step.kind.value, reference=step.reference)
    return known.filter(done_at__isnull=True).exists()


def settlement(received: Received) -> Step:
    """Return the step that decides what a payment is good for."""
    at = received.at.isoformat() if received.at else None
    data = {"payment_id": str(received.payment_id), "amount": codec.encode(received.amount), "at": at}
    return Step(kind=StepKind.SETTLE_PAYMENT, reference=str(received.payment_id), data=data)


def refund_step(kind: StepKind, refund: RefundTold) -> Step:
    """Return the step that notes a refund, or that it failed."""
    data = {"payment_id": str(refund.payment_id), "amount": codec.encode(refund.amount)}
    return Step(kind=kind, reference=str(refund.refund_id), data=data)


@messaging.command
def mark_paid(*, step: SagaStep, received: Received, reservation: str) -> bool:
    """Record that the order is paid; False where it no longer waits for this payment."""
    row = lock_order(order_id=step.order_id)
    if why_not_needed(row, received):
        return False
    fact = Paid(payment_id=received.payment_id, amount=received.amount, reservation=reservation)
    record(row, fact, actor=ACTOR, at=received.at)
    finish_step(step)
    return True


@messaging.command
def cancel_out_of_stock(*, step: SagaStep, received: Received) -> bool:
    """End an order whose money came when its stock was gone, and send the money back; False where it no longer waits."""
    row = lock_order(order_id=step.order_id)
    if why_not_needed(row, received):
        return False
    fact = Cancelled(reason="out_of_stock", payment_id=received.payment_id, amount=received.amount)
    record(row, fact, actor=ACTOR, steps=[Step(kind=StepKind.REFUND_PAYMENT, reference=str(received.payment_id))])
    finish_step(step)
    return True


@messaging.command
def note_unneeded_payment(*, step: SagaStep, received: Received, why: str) -> None:
    """Record that a payment came which goes straight back; the order itself stays as it is."""
    row = lock_order(order_id=step.order_id)
    record(row, Noted(fact=why, payment_id=received.payment_id, amount=received.amount), actor=ACTOR)
    finish_step(step)


@messaging.command
def give_up(*, order_id: UUID) -> bool:
    """Cancel an order whose deadline has passed; False where it was paid or cancelled meanwhile."""
    row = lock_order(order_id=order_id)
    if row.status != OrderStatus.AWAITING_PAYMENT.value:
        return False
    record(row, Cancelled(reason="payment_deadline"), actor=ACTOR, steps=[release(row)])
    return True


@messaging.command
def note_refund(*, step: SagaStep, refund: RefundTold) -> None:
    """Record money that went back: the order's own payment changes its state, any other is only noted."""
    row = lock_order(order_id=step.order_id)
    payment_id, amount = refund.payment_id, refund.amount
    if payment_id == row.payment_id:
        record(row, Refunded(payment_id=payment_id, refund_id=refund.refund_id, amount=amount), actor=ACTOR)
        if row.status == OrderStatus.REFUNDED.value and row.shipped_count < row.item_count:
            queue_steps(order_id=row.pk, steps=[release(row)])  # what is left will never be shipped
    else:
        record(row, Noted(fact="late_payment_refunded", payment_id=payment_id, amount=amount), actor=ACTOR)
    finish_step(step)


@messaging.command
def note_failed_refund(*, step: SagaStep, refund: RefundTold) -> None:
    """Record that a refund failed: one that the order counts as given back is counted no more, any other is only noted."""
    row = lock_order(order_id=step.order_id)
    payment_id, amount = refund.payment_id, refund.amount
    if counts_refund(row.pk, refund.refund_id):
        record(row, RefundReversed(payment_id=payment_id, refund_id=refund.refund_id, amount=amount), actor=ACTOR)
    else:
        record(row, Noted(fact="refund_failed", payment_id=payment_id, amount=amount), actor=ACTOR)
    finish_step(step)


@messaging.command
def finish(*, step: SagaStep) -> None:
    """Tick off a step whose outcome changes nothing about the order."""
    finish_step(step)
