"""The order's page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from apps.kernel.errors import DomainError
from apps.orders import api as orders
from apps.payments import api as payments
from apps.storefront import owners
from apps.storefront.context import page
from apps.storefront.views.paying import PROVIDER_NAMES

_ARRIVING = (
    payments.PaymentStatus.PROCESSING,
    payments.PaymentStatus.AUTHORISED,
    payments.PaymentStatus.SUCCEEDED,
)
_STEPS = (
    (orders.OrderStatus.AWAITING_PAYMENT, pgettext_lazy("step", "Placed")),
    (orders.OrderStatus.PROCESSING, pgettext_lazy("step", "Paid")),
    (orders.OrderStatus.SHIPPED, pgettext_lazy("step", "Shipped")),
    (orders.OrderStatus.DELIVERED, pgettext_lazy("step", "Delivered")),
)


@dataclass(frozen=True, slots=True)
class Step:
    """A stage of an order's way, for the row of steps on its page."""

    name: str
    done: bool
    current: bool


@never_cache
@require_safe
def show(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Show an order; a signed link opens it for this browser and then leaves the address bar."""
    if token := request.GET.get("token"):
        if not owners.open_order(request, order_id=order_id, token=token):
            raise Http404
        return redirect("storefront:order", order_id=order_id)
    viewer = owners.order_viewer(request, order_id)
    try:
        order = orders.get_order(order_id=order_id, viewer=viewer)
        tracking = orders.get_tracking(order_id=order_id, viewer=viewer)
    except orders.OrderNotFound as error:
        raise Http404 from error
    return page(request, "order.html", _context(order, tracking, viewer))


def _context(order: orders.Order, tracking: orders.Tracking, viewer: orders.Viewer) -> dict[str, object]:
    unpaid = order.status is orders.OrderStatus.AWAITING_PAYMENT
    tried = payments.list_payments(order_id=order.id) if unpaid else ()
    return {
        "order": order,
        "tracking": tracking,
        "steps": _steps(order.status),
        "arriving": any(payment.status in _ARRIVING and not payment.instructions for payment in tried),
        "unpaid": unpaid,
        "cancellable": _may_cancel(order),
        "providers": [(name, *PROVIDER_NAMES.get(name, (name, ""))) for name in payments.list_providers()],
        "instructions": _instructions(tried),
        "live_url": f"{settings.SOCKETS_URL}/ws/orders/{order.id}",
        "token": viewer.order_token,
    }


def _steps(status: orders.OrderStatus) -> list[Step]:
    """Return the way of an order that goes on; nothing for one that ended."""
    at = next((index for index, (stage, _) in enumerate(_STEPS) if stage is status), None)
    return [] if at is None else [Step(str(name), index <= at, index == at) for index, (_, name) in enumerate(_STEPS)]


def _may_cancel(order: orders.Order) -> bool:
    nothing_left = order.fulfilment_status is orders.FulfilmentStatus.UNFULFILLED
    return nothing_left and order.status in (orders.OrderStatus.AWAITING_PAYMENT, orders.OrderStatus.PROCESSING)


def _instructions(tried: Sequence[payments.Payment]) -> str:
    """Return what the open bank transfer says, if the buyer chose one."""
    waits = payments.PaymentStatus.REQUIRES_PAYMENT_METHOD, payments.PaymentStatus.PROCESSING
    return next((payment.instructions for payment in tried if payment.instructions and payment.status in waits), "")


@require_POST
def cancel(request: HttpRequest, order_id: UUID) -> HttpResponse:
    try:
        orders.cancel_order(order_id=order_id, viewer=owners.order_viewer(request, order_id))
    except orders.OrderNotFound as error:
        raise Http404 from error
    except DomainError as error:
        messages.error(request, error.detail)
    return redirect("storefront:order", order_id=order_id)
