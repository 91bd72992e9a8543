"""The order's process manager: what was queued, or the deadline, becomes calls of inventory and payments, and their outcome a fact.

A step is: look, call outside under a name that a repeat finds again, record where the order still waits for just that. A step that
finds the order moved on undoes only what it did itself. Every function may be repeated after a crash at any point.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from apps.inventory import api as inventory
from apps.kernel import codec
from apps.kernel.money import Money
from apps.messaging import work
from apps.orders.contracts import OrderStatus
from apps.orders.models import OrderSaga, SagaStep
from apps.orders.services import fulfilment, settling
from apps.orders.services.settling import Received, RefundTold
from apps.orders.services.steps import StepKind, caused, deadline_passed, next_run, next_step, queued_before
from apps.payments import api as payments

# A payment that cannot be voided yet (the bank is at work on it, the provider away) may still succeed: its order waits this long.
_VOID_PATIENCE = timedelta(minutes=10)
_VOID_PAUSE = timedelta(seconds=20)
# Between reserving again and allocating lies one call.
_RESERVE_AGAIN_SECONDS = 900
_ENDED = (payments.PaymentStatus.CANCELLED, payments.PaymentStatus.FAILED, payments.PaymentStatus.SUCCEEDED)


def drive(item: OrderSaga) -> None:
    """Do everything that is due for one order, then say when to act next."""
    order_id = item.order_id
    blocked, waiting = _carry_out_steps(order_id), None
    if blocked is None and deadline_passed(order_id=order_id):
        with caused(order_id=order_id):
            waiting = _give_up(order_id)
        blocked = _carry_out_steps(order_id)
    with work.record(item) as row:
        row.next_run_at = next_run(order_id=order_id, blocked=blocked, waiting=waiting)


def _carry_out_steps(order_id: UUID) -> timedelta | None:
    """Take the steps in order; return how long to wait before the one that cannot be finished yet."""
    while step := next_step(order_id=order_id):
        with caused(order_id=order_id, step=step):
            pause = STEPS[StepKind(step.kind)](step)
        if pause:
            return pause
    return None


def _give_up(order_id: UUID) -> timedelta | None:
    """The deadline passed: close every way to pay, then cancel. Money that came first wins; return how long to wait for an answer."""
    found = _void_open_payments(order_id)
    if any(_is_settled_now(order_id, payment) for payment in found):
        return None
    if _are_open(found) and not deadline_passed(order_id=order_id, by=_VOID_PATIENCE):
        return _VOID_PAUSE
    settling.give_up(order_id=order_id)
    return None


def _is_settled_now(order_id: UUID, payment: payments.Payment) -> bool:
    """Return whether a payment's money came and is yet to be settled; its event may still be on its way."""
    if payment.status is not payments.PaymentStatus.SUCCEEDED:
        return False
    received = Received(payment_id=payment.id, amount=payment.captured)
    return settling.expect_settlement(order_id=order_id, received=received)


def _settle_payment(step: SagaStep) -> None:
    """Money arrived: allocate the stock and go on, or send it back."""
    received = _received(step)
    row = settling.find_order(order_id=step.order_id)
    if row.payment_id == received.payment_id:
        settling.finish(step=step)
    elif why := settling.why_not_needed(row, received):
        _send_back(step, received, why)
    elif (reservation := _allocate(step.order_id, row.reservation)) is None:
        settling.cancel_out_of_stock(step=step, received=received)
    elif not settling.mark_paid(step=step, received=received, reservation=reservation):
        _undo_allocation(step.order_id, reservation)


def _received(step: SagaStep) -> Received:
    at = step.data.get("at")
    return Received(
        payment_id=UUID(step.data["payment_id"]),
        amount=codec.decode(Money, step.data["amount"]),
        at=datetime.fromisoformat(at) if at else None,
    )


def _allocate(order_id: UUID, reservation: str) -> str | None:
    """Make the order's stock permanent, reserving it again where it was lost; return under which reference, None if sold out."""
    try:
        inventory.allocate_reservation(reference=reservation)
    except inventory.ReservationLost:
        return _reserve_again(order_id)
    return reservation


def _reserve_again(order_id: UUID) -> str | None:
    reference = settling.second_reservation(order_id)
    wanted = settling.quantities(order_id=order_id).items()
    lines = [inventory.StockLine(variant_id=variant_id, quantity=quantity) for variant_id, quantity in wanted]
    try:
        inventory.reserve_stock(reference=reference, lines=lines, expires_in_seconds=_RESERVE_AGAIN_SECONDS)
        inventory.allocate_reservation(reference=reference)
    except (inventory.InsufficientStock, inventory.ReservationLost):
        return None
    return reference


def _undo_allocation(order_id: UUID, reservation: str) -> None:
    """Give back what was allocated for an order that ended meanwhile; one that was paid otherwise keeps it."""
    if settling.find_order(order_id=order_id).status == OrderStatus.CANCELLED.value:
        inventory.release_reservation(reference=reservation)


def _send_back(step: SagaStep, received: Received, why: str) -> None:
    """Return a payment the order has no use for, in full."""
    if received.amount:
        _request_refund(received.payment_id, reason=why)
    settling.note_unneeded_payment(step=step, received=received, why=why)


def _refund_payment(step: SagaStep) -> None:
    """Return whatever is left of the payment of an order that was cancelled."""
    row = settling.find_order(order_id=step.order_id)
    if row.paid:
        _request_refund(UUID(step.reference), reason="order_cancelled")
    settling.finish(step=step)


def _request_refund(payment_id: UUID, *, reason: str) -> None:
    """Ask for all that is left of a payment; where staff have returned everything, nothing is left to ask for."""
    try:
        payments.request_refund(
            payment_id=payment_id, amount=None, reason=reason, reference=f"saga:{payment_id}", actor=settling.ACTOR
        )
    except payments.RefundExceedsCaptured as error:
        if error.refundable:
            raise


def _void_payments(step: SagaStep) -> timedelta | None:
    """Close every way to pay a cancelled order; money that came first is sent back when its event arrives.

    What cannot be closed for long may lapse by itself: should it succeed after all, it is sent back too.
    """
    if _are_open(_void_open_payments(step.order_id)) and not queued_before(step, _VOID_PATIENCE):
        return _VOID_PAUSE
    settling.finish(step=step)
    return None


def _void_open_payments(order_id: UUID) -> list[payments.Payment]:
    """Void what can still be paid, as far as the provider lets us; return every payment of the order as it is then."""
    return [_void(payment) for payment in payments.list_payments(order_id=order_id)]


def _void(payment: payments.Payment) -> payments.Payment:
    if payment.status in _ENDED:
        return payment
    try:
        return payments.void_payment(payment_id=payment.id)
    except (payments.PaymentInProgress, payments.ProviderUnavailable):
        return payment


def _are_open(found: Sequence[payments.Payment]) -> bool:
    return any(payment.status not in _ENDED for payment in found)


def _release_stock(step: SagaStep) -> None:
    inventory.release_reservation(reference=step.reference)
    settling.finish(step=step)


def _ship_stock(step: SagaStep) -> None:
    """Take a parcel's goods out of the warehouses."""
    shipment_id = UUID(step.reference)
    lines = [
        inventory.StockLine(variant_id=variant_id, quantity=quantity)
        for variant_id, quantity in fulfilment.shipped_quantities(shipment_id=shipment_id).items()
    ]
    reservation = settling.find_order(order_id=step.order_id).reservation
    inventory.ship_reservation(reference=reservation, lines=lines, shipment_id=shipment_id)
    settling.finish(step=step)


def _note_refund(step: SagaStep) -> None:
    settling.note_refund(step=step, refund=_refund(step))


def _note_failed_refund(step: SagaStep) -> None:
    settling.note_failed_refund(step=step, refund=_refund(step))


def _refund(step: SagaStep) -> RefundTold:
    return RefundTold(
        refund_id=UUID(step.reference),
        payment_id=UUID(step.data["payment_id"]),
        amount=codec.decode(Money, step.data["amount"]),
    )


STEPS: Final[Mapping[StepKind, Callable[[SagaStep], timedelta | None]]] = {
    StepKind.SETTLE_PAYMENT: _settle_payment,
    StepKind.REFUND_PAYMENT: _refund_payment,
    StepKind.VOID_PAYMENTS: _void_payments,
    StepKind.RELEASE_STOCK: _release_stock,
    StepKind.SHIP_STOCK: _ship_stock,
    StepKind.NOTE_REFUND: _note_refund,
    StepKind.NOTE_FAILED_REFUND: _note_failed_refund,
}
