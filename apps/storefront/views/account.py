"""Signing up, in and out; own orders."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts import api as accounts
from apps.checkout import api as checkout
from apps.kernel.errors import Invalid, TooManyRequests
from apps.orders import api as orders
from apps.storefront import forms, owners
from apps.storefront.context import page
from apps.web import limits
from apps.web.authentication import caller_of
from apps.web.pagination import PageParams


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None, require_https=request.is_secure())
    return wanted if safe and wanted.startswith("/") else "/account/orders/"


def _take_from_limit(request: HttpRequest) -> None:
    decision = limits.take(group="login", meta=request.META, customer_id=None)
    if decision:
        decision.enforce()


def _signed_in(request: HttpRequest) -> HttpResponse:
    """Go on, with the guest's cart merged into the customer's."""
    response = redirect(_next(request))
    owner = owners.cart_owner(request)
    if owner.token:
        try:
            return owners.remember_cart(response, checkout.get_cart(owner=owner))
        except checkout.CartNotFound:
            return owners.forget_cart(response)
    return response


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    context = {"next": _next(request), "given": request.POST}
    if request.method != "POST":
        return page(request, "sign_in.html", context)
    try:
        _take_from_limit(request)
        accounts.sign_in(request, email=request.POST.get("email", ""), password=request.POST.get("password", ""))
    except (accounts.InvalidCredentials, TooManyRequests) as error:
        return page(request, "sign_in.html", {**context, "faults": {"": error.detail}}, status=400)
    return _signed_in(request)


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    context = {"next": _next(request), "given": request.POST}
    if request.method != "POST":
        return page(request, "sign_up.html", context)
    names = ("email", "password", "first_name", "last_name")
    given = {name: request.POST.get(name, "")[:2000] for name in names}
    try:
        _take_from_limit(request)
        accounts.register_customer(**given)
        accounts.sign_in(request, email=given["email"], password=given["password"])
    except Invalid as error:
        return page(request, "sign_up.html", {**context, "faults": forms.faults_by_field(error)}, status=400)
    except TooManyRequests as error:
        return page(request, "sign_up.html", {**context, "faults": {"": error.detail}}, status=429)
    return _signed_in(request)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    accounts.sign_out(request)
    messages.info(request, "You are signed out.")
    return owners.forget_cart(redirect("storefront:home"))


@never_cache
@require_safe
def orders_page(request: HttpRequest) -> HttpResponse:
    customer_id = caller_of(request).customer_id
    if customer_id is None:
        return redirect("/account/sign-in/?next=/account/orders/")
    try:
        found = orders.list_orders(customer_id=customer_id, params=PageParams(cursor=request.GET.get("cursor", "")))
    except Invalid:
        return redirect("storefront:my-orders")
    return page(request, "my_orders.html", {"orders": found})
