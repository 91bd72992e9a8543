"""Checkout: one page, guest first. What was typed outlives every way out and back; placing happens once, however often it is sent."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from apps.accounts import api as accounts
from apps.checkout import api as checkout
from apps.kernel.errors import DomainError, Invalid
from apps.messaging import api as messaging
from apps.orders import api as orders
from apps.payments import api as payments
from apps.storefront import address_form, currencies, drafts, forms, owners
from apps.storefront.context import page
from apps.storefront.limited import limit_posts
from apps.storefront.templatetags.shop import money
from apps.storefront.views.paying import PROVIDER_NAMES, lead_to_payment

_ROUTE = "POST /checkout/"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limit_posts("checkout")
def show(request: HttpRequest) -> HttpResponse:
    owner = owners.cart_owner(request)
    try:
        if request.method != "POST":
            return _form(request, owner)
        drafts.keep(request)
        if "leave" in request.POST:
            return _leave(request, owner)
        if address_form.REDRAW in request.POST:
            return _form(request, owner)
        return _place(request, owner) if "place" in request.POST else _save(request, owner)
    except checkout.CartNotFound:
        return owners.forget_cart(redirect("storefront:cart"))
    except Invalid as error:
        return _form(request, owner, forms.faults_by_field(error, request.POST.dict()))
    except DomainError as error:
        messages.error(request, error.detail)
        return redirect("storefront:checkout" if request.method == "POST" else "storefront:cart")


def _leave(request: HttpRequest, owner: checkout.CartOwner) -> HttpResponse:
    """Keep with the bag what is complete, and lead where the button says; nowhere for the script that only keeps what was typed."""
    way = request.POST["leave"]
    if way == "page":
        return HttpResponse(status=204)
    with suppress(DomainError):
        _keep(request, owner)
    if way == "sign-in":
        return redirect(f"{reverse('storefront:sign-in')}?{urlencode({'next': reverse('storefront:checkout')})}")
    return redirect("storefront:cart")


def _form(request: HttpRequest, owner: checkout.CartOwner, faults: dict[str, str] | None = None) -> HttpResponse:
    quote = checkout.get_quote(owner=owner)
    if not quote.cart.items:
        return redirect("storefront:cart")
    given: Mapping[str, str] = request.POST.dict()
    if request.method != "POST":
        given = _filled_in(quote, owner.customer_id, drafts.read(request))
    methods = checkout.list_shipping_options(owner=owner) if quote.shipping_address else ()
    picked = given.get("shipping_method_id")
    context = {
        "quote": quote,
        "faults": faults or {},
        "given": given,
        "address": address_form.draw(given, faults=faults or {}, country=settings.DEFAULT_COUNTRY),
        "methods": methods,
        "method_id": next((each.id for each in methods if str(each.id) == picked), quote.shipping_method_id),
        "providers": [(name, *PROVIDER_NAMES.get(name, (name, ""))) for name in payments.list_providers()],
        "key": request.POST.get("key") or str(uuid.uuid4()),
        "signed_in": owner.customer_id is not None,
        "cart_count": quote.cart.item_count,
        "currency": quote.cart.currency,
        "short": any(item.available < item.quantity for item in quote.cart.items),
    }
    response = page(request, "checkout.html", context, status=400 if faults else 200)
    return currencies.remember(response, quote.cart.currency)


def _filled_in(quote: checkout.Quote, customer_id: UUID | None, draft: Mapping[str, str]) -> dict[str, str]:
    """Return what was filled in before, the latest first: typed, kept with the bag, known of the customer's account."""
    known = _known(quote, customer_id)
    found = {**known, "email": draft.get("email") or known["email"], "provider": draft.get("provider", "")}
    # An address is of one piece: half of one and half of another would go nowhere.
    if any(draft.get(name) for name in address_form.FIELDS if name != "country"):
        found |= {name: draft[name] for name in address_form.FIELDS}
    elif draft.get("country") and "line1" not in known:
        found["country"] = draft["country"]
    return found


def _known(quote: checkout.Quote, customer_id: UUID | None) -> dict[str, str]:
    address, email = quote.shipping_address, quote.email
    names: dict[str, str] = {}
    if customer_id is not None and not (address and email):
        customer = accounts.get_customer(customer_id=customer_id)
        book = accounts.list_addresses(customer_id=customer_id)
        address, email = address or (book[0].address if book else None), email or customer.email
        names = {"first_name": customer.first_name, "last_name": customer.last_name}
    if address is None:
        return {"country": settings.DEFAULT_COUNTRY, "email": email, **names}
    return {name: getattr(address, name) for name in address_form.FIELDS} | {"email": email}


def _save(request: HttpRequest, owner: checkout.CartOwner) -> HttpResponse:
    _keep(request, owner)
    return redirect(f"{reverse('storefront:checkout')}#delivery")


def _keep(request: HttpRequest, owner: checkout.CartOwner) -> checkout.Quote:
    """Keep what was filled in, with the first delivery method that the address can have where the chosen one cannot reach it."""
    changes = forms.read_changes(request.POST)
    try:
        quote = checkout.update_checkout(owner=owner, changes=changes)
    except Invalid as error:
        if [fault.code for fault in error.fields] != ["shipping_method_unavailable"]:
            raise
        quote = checkout.update_checkout(owner=owner, changes=forms.without_method(changes))
    drafts.keep_rest(request)
    if quote.shipping_method_id or not quote.cart.items:
        return quote
    offered = checkout.list_shipping_options(owner=owner)
    if not offered:
        return quote
    return checkout.update_checkout(owner=owner, changes=checkout.CheckoutChanges(shipping_method_id=offered[0].id))


def _place(request: HttpRequest, owner: checkout.CartOwner) -> HttpResponse:
    """Order once: whoever sends the form again, at the same moment or from the browser's history, is led to that order."""
    scope = _scope(request, owner)
    try:
        with messaging.exclusive(scope, app="orders", of_caller=True) as stored:
            answer = stored or _place_new(request, owner, scope)
    except checkout.QuoteChanged as error:
        total = money(error.quote.totals.total)
        messages.warning(
            request, _("The total is %(total)s now. Please look at it again, then order.") % {"total": total}
        )
        return redirect("storefront:checkout")
    except checkout.InsufficientStock:
        messages.error(
            request, _("Somebody was faster: some of your items are not available in this quantity any more.")
        )
        return redirect("storefront:cart")
    except checkout.AlreadyPlaced as error:
        drafts.forget(request)
        return redirect("storefront:order", order_id=error.order_id)
    drafts.forget(request)
    order_id = UUID(answer.body["order_id"])
    if token := answer.body["order_token"]:
        owners.open_order(request, order_id=order_id, token=token)
    return owners.forget_count(lead_to_payment(request, order_id, provider=request.POST.get("provider", "")))


def _place_new(
    request: HttpRequest, owner: checkout.CartOwner, scope: messaging.IdempotencyScope
) -> messaging.StoredAnswer:
    expected_total = forms.read_expected_total(request.POST)
    quote = _keep(request, owner)
    if "stock" in quote.missing:
        raise checkout.InsufficientStock([])
    placed = checkout.place_order(owner=owner, expected_total=expected_total, scope=scope, encode=_answer)
    return placed.answer


def _answer(order: orders.Order, token: str) -> messaging.StoredAnswer:
    return messaging.StoredAnswer(status=303, body={"order_id": str(order.id), "order_token": token})


def _scope(request: HttpRequest, owner: checkout.CartOwner) -> messaging.IdempotencyScope:
    """Return what makes two requests the same order: whose cart it is, and the key made when the page was rendered."""
    key = request.POST.get("key", "")[:255] or str(uuid.uuid4())
    return messaging.IdempotencyScope(
        caller=checkout.caller_of_cart(owner=owner),
        route=_ROUTE,
        key=key,
        fingerprint=hashlib.sha256(key.encode()).hexdigest(),
    )
