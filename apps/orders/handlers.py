"""Reactions to other apps' events: what payments report becomes a step of the order's saga."""

from __future__ import annotations

from apps.kernel import codec
from apps.messaging import api as messaging
from apps.orders.services.settling import Received, settlement
from apps.orders.services.steps import Step, StepKind, queue_steps, wake_saga
from apps.payments.events import PaymentCancelled, PaymentSucceeded, RefundFailed, RefundSucceeded


@messaging.subscribe(
    PaymentSucceeded, PaymentCancelled, RefundSucceeded, RefundFailed, consumer="orders.follow_payments"
)
def follow_payments(event: PaymentSucceeded | PaymentCancelled | RefundSucceeded | RefundFailed) -> None:
    """Queue what the saga does about it, in the order in which it happened to the payment."""
    match event:
        case PaymentSucceeded():
            step = settlement(Received(payment_id=event.payment_id, amount=event.amount, at=event.at))
        case RefundSucceeded():
            step = _refund_step(StepKind.NOTE_REFUND, event)
        case RefundFailed():
            step = _refund_step(StepKind.NOTE_FAILED_REFUND, event)
        case _:
            wake_saga(order_id=event.order_id)
            return
    queue_steps(order_id=event.order_id, steps=[step])


def _refund_step(kind: StepKind, event: RefundSucceeded | RefundFailed) -> Step:
    data = {"payment_id": str(event.payment_id), "amount": codec.encode(event.amount)}
    return Step(kind=kind, reference=str(event.refund_id), data=data)
