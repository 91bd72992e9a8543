"""The saga's list of things to do: what is queued with a fact, taken in order, and ticked off with its outcome."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Final
from uuid import UUID

from django.db import connections
from django.db.models.expressions import Combinable
from django.db.models.functions import Now

from apps.messaging import api as messaging
from apps.orders.contracts import OrderStatus
from apps.orders.errors import OrderNotFound
from apps.orders.models import Order, SagaStep
from apps.persistence.databases import alias_for

# In the data of a step: what queued it, as messaging tells it.
_CAUSE: Final = "cause"


class StepKind(Enum):
    """What the saga can be asked to do."""

    SETTLE_PAYMENT = "settle_payment"
    REFUND_PAYMENT = "refund_payment"
    VOID_PAYMENTS = "void_payments"
    RELEASE_STOCK = "release_stock"
    SHIP_STOCK = "ship_stock"
    NOTE_REFUND = "note_refund"
    NOTE_FAILED_REFUND = "note_failed_refund"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step to queue; the same (kind, reference) is queued once per order, however often it is asked for."""

    kind: StepKind
    reference: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


def queue_steps(*, order_id: UUID, steps: Sequence[Step]) -> None:
    """Put steps on the list and make the saga due, inside the caller's transaction; OrderNotFound."""
    if not steps:
        return
    _make_due(order_id)
    cause = {_CAUSE: found} if (found := messaging.causation.get()) else {}
    rows = [
        SagaStep(order_id=order_id, kind=step.kind.value, reference=step.reference, data={**step.data, **cause})
        for step in steps
    ]
    SagaStep.objects.bulk_create(rows, ignore_conflicts=True)


@contextmanager
def caused(*, order_id: UUID, step: SagaStep | None = None) -> Iterator[None]:
    """Let events and log lines of the block bear the id of the request that led to them: the one that queued the step, where that is
    known, else the one that placed the order.
    """
    cause: Mapping[str, str] = step.data.get(_CAUSE, {}) if step else {}
    if "request_id" not in cause:
        cause = {**messaging.find_cause(key=f"orders:{order_id}", version=1), **cause}
    before = messaging.causation.set(dict(cause))
    try:
        yield
    finally:
        messaging.causation.reset(before)


def wake_saga(*, order_id: UUID) -> None:
    """Make the saga due without a new step: something it waits for may have happened."""
    _make_due(order_id)


def _make_due(order_id: UUID) -> None:
    """Take the saga's row lock and make it due, unless a worker has it now: that one looks again before it lets go.

    The lock is what makes this safe: the worker reads the list under the same lock.
    """
    with connections[alias_for("orders")].cursor() as cursor:
        cursor.execute(
            "UPDATE orders_ordersaga SET next_run_at ="
            " CASE WHEN lease_token IS NOT NULL AND next_run_at > statement_timestamp() THEN next_run_at"
            " ELSE statement_timestamp() END WHERE order_id = %s",
            [order_id],
        )
        if not cursor.rowcount:
            raise OrderNotFound(f"There is no order {order_id}.")
    messaging.wake("orders.drive_saga")


def next_step(*, order_id: UUID) -> SagaStep | None:
    """Return the oldest step that is not done, by the database's clock."""
    undone = SagaStep.objects.filter(order_id=order_id, done_at__isnull=True)
    return undone.order_by("created_at", "id").first()


def finish_step(step: SagaStep) -> None:
    """Tick a step off, in the transaction that records its outcome."""
    SagaStep.objects.filter(pk=step.pk).update(done_at=Now())


def deadline_passed(*, order_id: UUID, by: timedelta = timedelta(0)) -> bool:
    """Return whether the order still waits for money although its deadline passed (`by` so long ago), by the database's clock."""
    waiting = Order.objects.filter(pk=order_id, status=OrderStatus.AWAITING_PAYMENT.value)
    return waiting.filter(payment_deadline__lte=Now() - by).exists()


def queued_before(step: SagaStep, patience: timedelta) -> bool:
    """Return whether a step has been waiting for longer than `patience`, by the database's clock."""
    return SagaStep.objects.filter(pk=step.pk, created_at__lte=Now() - patience).exists()


def next_run(*, order_id: UUID, blocked: timedelta | None, waiting: timedelta | None) -> datetime | Combinable | None:
    """Return when the saga acts next: `blocked` from now where its next step cannot be finished yet, now where one came meanwhile,
    `waiting` from now where it waits for an answer, at the deadline, or never.
    """
    if blocked:
        return Now() + blocked
    if next_step(order_id=order_id):
        return Now()
    if waiting:
        return Now() + waiting
    unpaid = Order.objects.filter(pk=order_id, status=OrderStatus.AWAITING_PAYMENT.value)
    return unpaid.values_list("payment_deadline", flat=True).first()
