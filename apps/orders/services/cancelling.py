"""Ending an order before anything has left."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from apps.kernel.errors import Invalid
from apps.messaging import api as messaging
from apps.orders import selectors
from apps.orders.contracts import OrderStatus, Viewer
from apps.orders.errors import NotCancellable
from apps.orders.history import Cancelled
from apps.orders.models import Order
from apps.orders.services.recording import lock_order, record, require_version
from apps.orders.services.steps import Step, StepKind

REASONS = ("customer", "staff")
_OPEN = (OrderStatus.AWAITING_PAYMENT.value, OrderStatus.PROCESSING.value)


@messaging.command
def cancel_order(*, order_id: UUID, viewer: Viewer, reason: str, if_version: int | None) -> None:
    if reason not in REASONS:
        raise Invalid.field("reason", "unknown_reason", f"{reason!r} is not one of {', '.join(REASONS)}.")
    row = selectors.require_visible(lock_order(order_id=order_id), viewer)
    if row.status == OrderStatus.CANCELLED.value:
        return
    require_version(row, if_version)
    if row.status not in _OPEN or row.shipped_count:
        raise NotCancellable(
            _("Order %(number)s is %(status)s; only an order of which nothing has left can be cancelled.")
            % {"number": row.number, "status": row.status}
        )
    record(row, Cancelled(reason=reason), actor=actor_of(viewer), steps=compensation(row))


def compensation(row: Order) -> list[Step]:
    """Return what undoes an order that ends in its present state. Stock first: it does not depend on a provider."""
    if row.payment_id is None:
        return [release(row), Step(kind=StepKind.VOID_PAYMENTS)]
    return [release(row), Step(kind=StepKind.REFUND_PAYMENT, reference=str(row.payment_id))]


def release(row: Order) -> Step:
    """Return the step that gives the order's stock back."""
    return Step(kind=StepKind.RELEASE_STOCK, reference=row.reservation)


def actor_of(viewer: Viewer) -> str:
    """Return who acts, as history keeps it: never a name or an address."""
    if viewer.actor:
        return viewer.actor
    if viewer.customer_id:
        return f"{'staff' if viewer.is_staff else 'customer'}:{viewer.customer_id}"
    return "staff" if viewer.is_staff else "guest"
