"""To the provider's page and back."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from apps.kernel.errors import DomainError, TooManyRequests
from apps.orders import api as orders
from apps.payments import api as payments
from apps.storefront import owners
from apps.storefront.limited import limit_posts, take
from apps.web import limits

PROVIDER_NAMES = {
    "stripe": (_lazy("Card or wallet"), _lazy("You pay on our provider's secure page. We never see your card.")),
    "manual": (
        _lazy("Bank transfer"),
        _lazy("You get our bank details next. We send your order when the money is here."),
    ),
}
_OPEN = (
    payments.PaymentStatus.REQUIRES_PAYMENT_METHOD,
    payments.PaymentStatus.REQUIRES_ACTION,
    payments.PaymentStatus.PROCESSING,
    payments.PaymentStatus.AUTHORISED,
)


_ARRIVING = (
    payments.PaymentStatus.PROCESSING,
    payments.PaymentStatus.AUTHORISED,
    payments.PaymentStatus.SUCCEEDED,
)


def describe_payment(order: orders.Order) -> dict[str, object]:
    """Return what the template `pay.html` shows of an order's payment, and the order: nothing where it is not waited for."""
    unpaid = order.status is orders.OrderStatus.AWAITING_PAYMENT
    tried = payments.list_payments(order_id=order.id) if unpaid else ()
    return {
        "order": order,
        "unpaid": unpaid,
        "arriving": is_arriving(tried),
        "instructions": _instructions(order, tried),
        "providers": [(name, *PROVIDER_NAMES.get(name, (name, ""))) for name in payments.list_providers()],
    }


def is_arriving(tried: Sequence[payments.Payment]) -> bool:
    """Return whether a payment is on its way that the buyer has nothing left to do for."""
    return any(payment.status in _ARRIVING and not payment.instructions for payment in tried)


def _instructions(order: orders.Order, tried: Sequence[payments.Payment]) -> str:
    """Return where to send the money, if the buyer chose a bank transfer, in the language of the page."""
    waits = payments.PaymentStatus.REQUIRES_PAYMENT_METHOD, payments.PaymentStatus.PROCESSING
    chosen = next((payment for payment in tried if payment.instructions and payment.status in waits), None)
    if chosen is None:
        return ""
    # A shop that takes no transfers any more still owes an answer to who chose one before.
    written = payments.write_transfer_instructions(amount=chosen.amount, reference=order.number)
    return written or chosen.instructions


def lead_to_payment(request: HttpRequest, order_id: UUID, *, provider: str) -> HttpResponse:
    """Lead to the provider's page, or to the order where there is none or nothing is left to pay.

    A payment that cannot start now can be started from the order's page.
    """
    order_page, origin = redirect("storefront:order", order_id=order_id), settings.STOREFRONT_URL
    try:
        take(request, "payment")
        payment = orders.start_payment(
            order_id=order_id,
            viewer=owners.order_viewer(request, order_id),
            provider=provider or None,
            return_url=origin + reverse("storefront:return", args=[order_id]),
            cancel_url=origin + reverse("storefront:order", args=[order_id]),
            client_network=limits.client_network(request.META),
        )
    except orders.OrderNotFound as error:
        raise Http404 from error
    except orders.NotPayable:
        return order_page
    except DomainError as error:
        messages.error(request, _("Your order is placed, but its payment could not start.") + f" {_why(error)}")
        return order_page
    if payment.redirect_url and payment.status is not payments.PaymentStatus.SUCCEEDED:
        return redirect(payment.redirect_url)
    return order_page


def _why(error: DomainError) -> str:
    if type(error) is not TooManyRequests:
        return error.detail
    seconds = error.retry_after
    return ngettext("Wait %(count)s second, then try again.", "Wait %(count)s seconds, then try again.", seconds) % {
        "count": seconds
    }


@require_POST
@limit_posts("checkout")
def pay(request: HttpRequest, order_id: UUID) -> HttpResponse:
    return lead_to_payment(request, order_id, provider=request.POST.get("provider", ""))


@never_cache
@require_safe
def come_back(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """The browser's return is only a hint: the payment is asked for at the provider, by the path the webhook takes too."""
    try:
        orders.get_order(order_id=order_id, viewer=owners.order_viewer(request, order_id))
    except orders.OrderNotFound as error:
        raise Http404 from error
    for payment in payments.list_payments(order_id=order_id):
        if payment.status in _OPEN:
            _refresh(request, payment)
    return redirect("storefront:order", order_id=order_id)


def _refresh(request: HttpRequest, payment: payments.Payment) -> None:
    try:
        payments.refresh_payment(payment_id=payment.id)
    except DomainError:
        messages.info(request, _("We have not heard from the payment provider yet. This page says when it has come."))
