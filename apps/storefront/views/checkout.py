"""Checkout: one page, guest first; then the provider's page and back."""

from __future__ import annotations

import hashlib
import uuid
from decimal import Decimal, InvalidOperation
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.checkout import api as checkout
from apps.kernel.errors import Conflict, DomainError, Invalid
from apps.kernel.money import Money
from apps.messaging import api as messaging
from apps.orders import api as orders
from apps.payments import api as payments
from apps.storefront import forms, owners
from apps.storefront.context import page
from apps.web.authentication import caller_of

_PROVIDER_NAMES = {"stripe": "Card, wallets and more", "manual": "Bank transfer"}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    owner = owners.cart_owner(request)
    try:
        return _submit(request, owner) if request.method == "POST" else _form(request, owner)
    except checkout.CartNotFound:
        return owners.forget_cart(redirect("storefront:cart"))


def _form(request: HttpRequest, owner: checkout.CartOwner, faults: dict[str, str] | None = None) -> HttpResponse:
    quote = checkout.get_quote(owner=owner)
    context = {
        "quote": quote,
        "faults": faults or {},
        "given": request.POST if faults else _filled_in(quote),
        "countries": forms.countries(),
        "methods": checkout.list_shipping_options(owner=owner) if quote.shipping_address else (),
        "providers": [(name, _PROVIDER_NAMES.get(name, name)) for name in payments.list_providers()],
        "key": request.POST.get("key") or str(uuid.uuid4()),
    }
    return page(request, "checkout.html", context, status=400 if faults else 200)


def _filled_in(quote: checkout.Quote) -> dict[str, str]:
    address = quote.shipping_address
    given = (
        {name: getattr(address, name) for name in forms.ADDRESS_FIELDS}
        if address
        else {"country": settings.DEFAULT_COUNTRY}
    )
    return {**given, "email": quote.email}


def _submit(request: HttpRequest, owner: checkout.CartOwner) -> HttpResponse:
    try:
        quote = checkout.update_checkout(owner=owner, changes=forms.read_changes(request.POST))
        if "place" not in request.POST:
            return redirect(f"{reverse('storefront:checkout')}#delivery")
        if not quote.ready:
            raise checkout.CheckoutIncomplete(quote.missing)
        return _place(request, owner)
    except checkout.QuoteChanged as error:
        messages.warning(
            request, f"The total changed to {error.quote.totals.total}. Please look again before you order."
        )
    except checkout.InsufficientStock:
        messages.error(request, "Somebody was faster: some of your items are no longer available in this quantity.")
        return redirect("storefront:cart")
    except checkout.AlreadyPlaced as error:
        return redirect("storefront:order", order_id=error.order_id)
    except Invalid as error:
        return _form(request, owner, forms.faults_by_field(error))
    except Conflict as error:
        messages.error(request, error.detail)
    return redirect("storefront:checkout")


def _place(request: HttpRequest, owner: checkout.CartOwner) -> HttpResponse:
    placed = checkout.place_order(
        owner=owner, expected_total=_expected_total(request), scope=_scope(request, owner), encode=_remember_answer
    )
    order_id = UUID(placed.answer.body["order_id"])
    if token := placed.answer.body["order_token"]:
        owners.open_order(request, order_id=order_id, token=token)
    response = _start_payment(request, order_id, provider=request.POST.get("provider", ""))
    return owners.forget_cart(response) if caller_of(request).customer_id is None else response


def _remember_answer(order: orders.Order, token: str) -> messaging.StoredAnswer:
    return messaging.StoredAnswer(status=303, body={"order_id": str(order.id), "order_token": token})


def _scope(request: HttpRequest, owner: checkout.CartOwner) -> messaging.IdempotencyScope:
    """Make a double click, or the form sent again from the browser's history, the same request."""
    key = request.POST.get("key", "")[:255] or str(uuid.uuid4())
    return messaging.IdempotencyScope(
        caller=checkout.caller_of_cart(owner=owner),
        route="POST /checkout/",
        key=key,
        fingerprint=hashlib.sha256(key.encode()).hexdigest(),
    )


def _expected_total(request: HttpRequest) -> Money | None:
    amount, _, currency = request.POST.get("expected_total", "").partition(" ")
    try:
        return Money(Decimal(amount), currency) if amount else None
    except InvalidOperation as error:
        raise Invalid.field("expected_total", "invalid", "Reload the page and look at the total again.") from error


def _start_payment(request: HttpRequest, order_id: UUID, *, provider: str) -> HttpResponse:
    """Lead to the provider's page, or to the order where there is none; a payment that cannot start now can be started there."""
    order_page, origin = redirect("storefront:order", order_id=order_id), settings.STOREFRONT_URL
    try:
        payment = orders.start_payment(
            order_id=order_id,
            viewer=owners.order_viewer(request, order_id),
            provider=provider or payments.list_providers()[0],
            return_url=origin + reverse("storefront:return", args=[order_id]),
            cancel_url=origin + reverse("storefront:order", args=[order_id]),
        )
    except orders.OrderNotFound as error:
        raise Http404 from error
    except DomainError as error:
        messages.error(request, f"Your order is placed, but the payment could not start: {error.detail}")
        return order_page
    return redirect(payment.redirect_url) if payment.redirect_url else order_page


@require_POST
def pay(request: HttpRequest, order_id: UUID) -> HttpResponse:
    return _start_payment(request, order_id, provider=request.POST.get("provider", ""))


@never_cache
@require_safe
def come_back(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """The browser's return is only a hint: the payment is asked for at the provider, by the path the webhook takes too."""
    try:
        orders.get_order(order_id=order_id, viewer=owners.order_viewer(request, order_id))
    except orders.OrderNotFound as error:
        raise Http404 from error
    for payment in payments.list_payments(order_id=order_id):
        try:
            payments.refresh_payment(payment_id=payment.id)
        except DomainError as error:
            messages.info(request, f"We are still waiting to hear about your payment ({error.detail}).")
    return redirect("storefront:order", order_id=order_id)
