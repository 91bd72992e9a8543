"""The order's page."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from apps.orders import api as orders
from apps.payments import api as payments
from apps.storefront import owners
from apps.storefront.context import page


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
    unpaid = order.status is orders.OrderStatus.AWAITING_PAYMENT
    context = {
        "order": order,
        "tracking": tracking,
        "unpaid": unpaid,
        "cancellable": order.fulfilment_status is orders.FulfilmentStatus.UNFULFILLED
        and order.status in (orders.OrderStatus.AWAITING_PAYMENT, orders.OrderStatus.PROCESSING),
        "providers": payments.list_providers(),
        "instructions": _instructions(order_id) if unpaid else "",
        "live_url": f"{settings.SOCKETS_URL}/ws/orders/{order.id}",
        "token": viewer.order_token,
    }
    return page(request, "order.html", context)


def _instructions(order_id: UUID) -> str:
    return next((p.instructions for p in payments.list_payments(order_id=order_id) if p.instructions), "")


@require_POST
def cancel(request: HttpRequest, order_id: UUID) -> HttpResponse:
    try:
        orders.cancel_order(order_id=order_id, viewer=owners.order_viewer(request, order_id))
    except orders.OrderNotFound as error:
        raise Http404 from error
    except orders.NotCancellable as error:
        messages.error(request, error.detail)
    return redirect("storefront:order", order_id=order_id)
