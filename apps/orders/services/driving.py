"""Setting a saga going again, with everything that payments know of its order."""

from __future__ import annotations

from uuid import UUID

from apps.messaging import api as messaging
from apps.messaging import work
from apps.orders.models import OrderSaga
from apps.orders.services.settling import Received, refund_step, settlement
from apps.orders.services.steps import Step, StepKind, queue_steps, wake_saga
from apps.payments import api as payments


def drive_again(*, order_id: UUID) -> None:
    """Queue what payments told of (each thing once, so what was settled stays so), give the saga its attempts back and wake it.

    Raises OrderNotFound.
    """
    came = [payment for payment in payments.list_payments(order_id=order_id) if payment.captured]
    steps = [settlement(Received(payment_id=payment.id, amount=payment.captured)) for payment in came]
    steps += [
        refund_step(StepKind.NOTE_REFUND, payment_id=refund.payment_id, refund_id=refund.id, amount=refund.amount)
        for refund in payments.list_refunds(order_id=order_id)
        if refund.status is payments.RefundStatus.SUCCEEDED
    ]
    _queue(order_id, steps)
    work.unpark(name="orders.drive_saga", item_id=OrderSaga.objects.get(order_id=order_id).pk)


@messaging.command
def _queue(order_id: UUID, steps: list[Step]) -> None:
    wake_saga(order_id=order_id)
    queue_steps(order_id=order_id, steps=steps)
