"""What belongs to a customer: orders, addresses, details, password, signed-in browsers."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts import api as accounts
from apps.kernel.errors import Conflict, Invalid
from apps.orders import api as orders
from apps.storefront import address_form, forms
from apps.storefront.context import page
from apps.storefront.limited import limit_posts
from apps.web.authentication import caller_of
from apps.web.pagination import PageParams

View = Callable[..., HttpResponse]
_form_methods = require_http_methods(["GET", "HEAD", "POST"])


def _for_customers(view: View) -> View:
    """Decorate a view so that it is called with the `customer_id` of who is signed in; strangers are led to sign in first."""

    @wraps(view)
    def run(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        customer_id = caller_of(request).customer_id
        if customer_id is None:
            return redirect(f"{reverse('storefront:sign-in')}?{urlencode({'next': request.path})}")
        return view(request, customer_id=customer_id, **kwargs)

    return never_cache(run)


@require_safe
def account(request: HttpRequest) -> HttpResponse:
    return redirect("storefront:my-orders")


@require_safe
@_for_customers
def orders_page(request: HttpRequest, *, customer_id: UUID) -> HttpResponse:
    try:
        found = orders.list_orders(customer_id=customer_id, params=PageParams(cursor=request.GET.get("cursor", "")))
    except Invalid:
        return redirect("storefront:my-orders")
    return page(request, "my_orders.html", {"orders": found, "here": "orders"})


@require_safe
@_for_customers
def addresses(request: HttpRequest, *, customer_id: UUID) -> HttpResponse:
    book = accounts.list_addresses(customer_id=customer_id)
    return page(request, "addresses.html", {"book": book, "here": "addresses"})


@_form_methods
@_for_customers
def address(request: HttpRequest, *, customer_id: UUID, address_id: UUID | None = None) -> HttpResponse:
    """Show the form of one address; keep it, or take it out of the book."""
    saved = _own_address(customer_id, address_id) if address_id else None
    faults: dict[str, str] = {}
    try:
        if request.method == "POST" and address_form.REDRAW not in request.POST:
            return _change_book(request, customer_id, saved)
    except Invalid as error:
        faults = forms.faults_by_field(error, request.POST.dict())
    except Conflict as error:
        faults = {"": error.detail}
    given = request.POST if request.method == "POST" else _given(saved)
    context = {
        "saved": saved,
        "given": given,
        "faults": faults,
        "address": address_form.draw(given, faults=faults, country=settings.DEFAULT_COUNTRY),
        "here": "addresses",
    }
    return page(request, "address.html", context, status=400 if faults else 200)


def _own_address(customer_id: UUID, address_id: UUID) -> accounts.SavedAddress:
    book = accounts.list_addresses(customer_id=customer_id)
    found = next((each for each in book if each.id == address_id), None)
    if found is None:
        raise Http404
    return found


def _change_book(request: HttpRequest, customer_id: UUID, saved: accounts.SavedAddress | None) -> HttpResponse:
    if saved and "remove" in request.POST:
        accounts.delete_address(customer_id=customer_id, address_id=saved.id)
        messages.success(request, _("The address is removed."))
        return redirect("storefront:addresses")
    accounts.save_address(
        customer_id=customer_id,
        address=address_form.read(request.POST),
        address_id=saved.id if saved else None,
        is_default="is_default" in request.POST,
    )
    messages.success(request, _("The address is saved."))
    return redirect("storefront:addresses")


def _given(saved: accounts.SavedAddress | None) -> dict[str, Any]:
    if saved is None:
        return {"country": settings.DEFAULT_COUNTRY}
    return {name: getattr(saved.address, name) for name in address_form.FIELDS} | {"is_default": saved.is_default}


@_form_methods
@_for_customers
def details(request: HttpRequest, *, customer_id: UUID) -> HttpResponse:
    customer, faults = accounts.get_customer(customer_id=customer_id), {}
    if request.method == "POST":
        given = {name: request.POST.get(name, "")[:2000] for name in ("first_name", "last_name")}
        try:
            accounts.update_customer(customer_id=customer_id, **given)
        except Invalid as error:
            faults = forms.faults_by_field(error, given)
        else:
            messages.success(request, _("Your details are saved."))
            return redirect("storefront:details")
    context = {"customer": customer, "given": request.POST if faults else customer, "faults": faults, "here": "details"}
    return page(request, "details.html", context, status=400 if faults else 200)


@sensitive_post_parameters("current_password", "new_password")
@_form_methods
@limit_posts("login")
@_for_customers
def security(request: HttpRequest, *, customer_id: UUID) -> HttpResponse:
    faults: dict[str, str] = {}
    if request.method == "POST":
        current, new = (request.POST.get(name, "")[:2000] for name in ("current_password", "new_password"))
        try:
            accounts.change_password(request, customer_id=customer_id, current=current, new=new)
        except Invalid as error:
            faults = forms.faults_by_field(error, request.POST.dict())
        else:
            messages.success(request, _("Your password is changed. Every other browser and app is signed out."))
            return redirect("storefront:security")
    context = {
        "customer": accounts.get_customer(customer_id=customer_id),
        "sessions": accounts.list_browser_sessions(request, customer_id=customer_id),
        "faults": faults,
        "here": "security",
    }
    return page(request, "security.html", context, status=400 if faults else 200)


@require_POST
@_for_customers
def end_session(request: HttpRequest, *, customer_id: UUID, session_id: UUID) -> HttpResponse:
    try:
        accounts.end_browser_session(customer_id=customer_id, session_id=session_id)
    except accounts.SessionNotFound as error:
        raise Http404 from error
    messages.success(request, _("That browser is signed out."))
    return redirect("storefront:security")
