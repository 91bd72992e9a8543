"""Reactions to other apps' events: what payments report becomes a step of the order's saga."""

from __future__ import annotations

from apps.messaging import api as messaging
from apps.orders.services.settling import Received, RefundTold, refund_step, settlement
from apps.orders.services.steps import StepKind, queue_steps, wake_saga
from apps.payments.events import PaymentCancelled, PaymentSucceeded, RefundFailed, RefundSucceeded


@messaging.subscribe(
    PaymentSucceeded, PaymentCancelled, RefundSucceeded, RefundFailed, consumer="orders.follow_payments"
)
def follow_payments(event: PaymentSucceeded | PaymentCancelled | RefundSucceeded | RefundFailed) -> None:
    """Queue what the saga does about it, in the order in which it happened to the payment."""
    match event:
        case PaymentSucceeded():
            step = settlement(Received(payment_id=event.payment_id, amount=event.amount, at=event.at))
        case RefundSucceeded() | RefundFailed():
            kind = StepKind.NOTE_REFUND if isinstance(event, RefundSucceeded) else StepKind.NOTE_FAILED_REFUND
            told = RefundTold(refund_id=event.refund_id, payment_id=event.payment_id, amount=event.amount)
            step = refund_step(kind, told)
        case _:
            wake_saga(order_id=event.order_id)
            return
    queue_steps(order_id=event.order_id, steps=[step])
