"""The order's page, its receipt, and the question before it is cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from email.utils import parseaddr
from typing import Final
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from apps.brand import api as brand
from apps.kernel.errors import DomainError, PreconditionFailed
from apps.kernel.money import Money, add_up
from apps.orders import api as orders
from apps.payments import api as payments
from apps.storefront import owners
from apps.storefront.context import page
from apps.storefront.views.paying import PROVIDER_NAMES, describe_payment, is_arriving

_STEPS = (
    (orders.OrderStatus.AWAITING_PAYMENT, pgettext_lazy("step", "Placed")),
    (orders.OrderStatus.PROCESSING, pgettext_lazy("step", "Paid")),
    (orders.OrderStatus.SHIPPED, pgettext_lazy("step", "Shipped")),
    (orders.OrderStatus.DELIVERED, pgettext_lazy("step", "Delivered")),
)
_ABOUT_MONEY: Final = ("paid", "refunded", "refund_reversed", "noted")


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
    order, tracking = _read(order_id, viewer)
    return page(request, "order.html", _context(order, tracking, viewer))


def _read(order_id: UUID, viewer: orders.Viewer) -> tuple[orders.Order, orders.Tracking]:
    try:
        order = orders.get_order(order_id=order_id, viewer=viewer)
        return order, orders.get_tracking(order_id=order_id, viewer=viewer)
    except orders.OrderNotFound as error:
        raise Http404 from error


def _context(order: orders.Order, tracking: orders.Tracking, viewer: orders.Viewer) -> dict[str, object]:
    return {
        **describe_payment(order),
        "tracking": tracking,
        "steps": _steps(order.status),
        "cancellable": _may_cancel(order),
        "write_to": _shop_address(),
        "return_until": _return_until(order),
        "live_url": f"{settings.SOCKETS_URL}/ws/orders/{order.id}",
        "token": viewer.order_token,
    }


def _steps(status: orders.OrderStatus) -> list[Step]:
    """Return the way of an order that goes on; nothing for one that ended."""
    at = next((index for index, (stage, _name) in enumerate(_STEPS) if stage is status), None)
    return [] if at is None else [Step(str(name), index <= at, index == at) for index, (_at, name) in enumerate(_STEPS)]


def _may_cancel(order: orders.Order) -> bool:
    nothing_left = order.fulfilment_status is orders.FulfilmentStatus.UNFULFILLED
    return nothing_left and order.status in (orders.OrderStatus.AWAITING_PAYMENT, orders.OrderStatus.PROCESSING)


def _shop_address() -> str:
    """Return the address that mails come from, and answers are read at."""
    return parseaddr(brand.get_brand().sender)[1]


def _return_until(order: orders.Order) -> datetime | None:
    """Return the end of the time to return something, once everything has arrived."""
    arrived = [parcel.delivered_at for parcel in order.shipments if parcel.delivered_at]
    all_there = order.fulfilment_status is orders.FulfilmentStatus.DELIVERED and arrived
    return max(arrived) + timedelta(days=settings.RETURN_DAYS) if all_there and settings.RETURN_DAYS else None


@never_cache
@require_safe
def receipt(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Show an order as a sheet to print: seller, buyer, lines, tax, and what was paid and went back."""
    order, tracking = _read(order_id, owners.order_viewer(request, order_id))
    lines_tax = add_up([line.tax for line in order.lines], currency=order.total.currency)
    paid_by = _paid_by(payments.list_payments(order_id=order.id))
    context = {
        "order": order,
        "write_to": _shop_address(),
        "taxes": _taxes(order),
        "delivery_tax": order.tax - lines_tax,
        "money_facts": [event for event in tracking.events if event.type in _ABOUT_MONEY],
        "means": PROVIDER_NAMES.get(paid_by, (paid_by, ""))[0],
    }
    return page(request, "receipt.html", context)


def _taxes(order: orders.Order) -> list[tuple[Decimal, Money]]:
    """Return the tax of the lines by rate, the highest first."""
    rates = sorted({line.tax_rate for line in order.lines if line.tax}, reverse=True)
    return [
        (rate, add_up([line.tax for line in order.lines if line.tax_rate == rate], currency=order.total.currency))
        for rate in rates
    ]


def _paid_by(tried: Sequence[payments.Payment]) -> str:
    """Return the provider that the money came through; blank where none has."""
    return next((payment.provider for payment in tried if payment.captured), "")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Say what will be cancelled and returned, then do what was agreed to: an order that changed meanwhile is shown again."""
    viewer = owners.order_viewer(request, order_id)
    if request.method == "POST":
        return _cancelled(request, order_id, viewer)
    order, _tracking = _read(order_id, viewer)
    if not _may_cancel(order):
        return redirect("storefront:order", order_id=order_id)
    tried = payments.list_payments(order_id=order.id)
    context = {
        "order": order,
        "returned": order.paid - order.refunded,
        "by_transfer": _paid_by(tried) == "manual",
        "arriving": is_arriving(tried),
    }
    return page(request, "cancel.html", context)


def _cancelled(request: HttpRequest, order_id: UUID, viewer: orders.Viewer) -> HttpResponse:
    seen = request.POST.get("version", "")
    version = int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 10 else 0
    try:
        orders.cancel_order(order_id=order_id, viewer=viewer, if_version=version)
    except orders.OrderNotFound as error:
        raise Http404 from error
    except PreconditionFailed:
        messages.warning(request, _("The order changed meanwhile. Please look again at what will happen."))
        return redirect("storefront:order-cancel", order_id=order_id)
    except DomainError as error:
        messages.error(request, error.detail)
    return redirect("storefront:order", order_id=order_id)
