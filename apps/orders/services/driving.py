"""Setting a saga going again, with everything that payments know of its order."""

from __future__ import annotations

from uuid import UUID

from apps.messaging import api as messaging
from apps.messaging import work
from apps.orders.models import OrderSaga
from apps.orders.services.recording import counts_refund
from apps.orders.services.settling import Received, RefundTold, refund_step, settlement
from apps.orders.services.steps import Step, StepKind, queue_steps, wake_saga
from apps.payments import api as payments


def drive_again(*, order_id: UUID) -> None:
    """Queue what payments told of (each thing once, so what was settled stays so), give the saga its attempts back and wake it.

    Raises OrderNotFound.
    """
    came = [payment for payment in payments.list_payments(order_id=order_id) if payment.captured]
    steps = [settlement(Received(payment_id=payment.id, amount=payment.captured)) for payment in came]
    steps += [
        refund_step(kind, RefundTold(refund_id=refund.id, payment_id=refund.payment_id, amount=refund.amount))
        for refund in payments.list_refunds(order_id=order_id)
        if (kind := _what_to_note(order_id, refund))
    ]
    _queue(order_id, steps)
    work.unpark(name="orders.drive_saga", item_id=OrderSaga.objects.get(order_id=order_id).pk)


def _what_to_note(order_id: UUID, refund: payments.Refund) -> StepKind | None:
    """Return what the order is told of a refund. That one failed it is told in turn, unless it counts it as gone back already."""
    if refund.status is payments.RefundStatus.SUCCEEDED:
        return StepKind.NOTE_REFUND
    if refund.status is payments.RefundStatus.FAILED and counts_refund(order_id, refund.id):
        return StepKind.NOTE_FAILED_REFUND
    return None


@messaging.command
def _queue(order_id: UUID, steps: list[Step]) -> None:
    wake_saga(order_id=order_id)
    queue_steps(order_id=order_id, steps=steps)
