"""Signing up, in and out, and a way back in for who forgot the password."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts import api as accounts
from apps.checkout import api as checkout
from apps.kernel.errors import DomainError, Invalid
from apps.storefront import forms, owners
from apps.storefront.context import page
from apps.storefront.limited import limit_posts
from apps.web import limits
from apps.web.authentication import caller_of

_RESET = "password_reset"
_LONGEST_TOKEN = 200


def _next(request: HttpRequest) -> str:
    """Return the path to go on to: one of this shop, whatever the form or the address asked for."""
    return forms.read_way_on(request, otherwise="storefront:my-orders")


def _signed_in(request: HttpRequest) -> HttpResponse:
    """Go on, with the guest's cart merged into the customer's, and in its currency."""
    response = redirect(_next(request))
    try:
        cart = owners.with_cart(request, lambda owner: checkout.get_cart(owner=owner))
    except DomainError:
        return response  # the cart merges at the next look at it
    return owners.remember_cart(response, cart) if cart.items or owners.CART_COOKIE in request.COOKIES else response


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limit_posts("login")
def sign_in(request: HttpRequest) -> HttpResponse:
    context = {"next": _next(request), "given": request.POST}
    if request.method != "POST":
        return page(request, "sign_in.html", context)
    email, password = (request.POST.get(name, "")[:2000] for name in ("email", "password"))
    try:
        accounts.sign_in(request, email=email, password=password)
    except accounts.InvalidCredentials:
        faults = {"email": _("This e-mail address and this password do not belong together. Check both.")}
        return page(request, "sign_in.html", {**context, "faults": faults}, status=400)
    return _signed_in(request)


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limit_posts("login")
def sign_up(request: HttpRequest) -> HttpResponse:
    context = {"next": _next(request), "given": request.POST}
    if request.method != "POST":
        return page(request, "sign_up.html", context)
    given = {name: request.POST.get(name, "")[:2000] for name in ("email", "password", "first_name", "last_name")}
    try:
        accounts.register_customer(**given)
        accounts.sign_in(request, email=given["email"], password=given["password"])
    except Invalid as error:
        return page(request, "sign_up.html", {**context, "faults": forms.faults_by_field(error, given)}, status=400)
    return _signed_in(request)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    accounts.sign_out(request)
    messages.info(request, _("You are signed out."))
    return owners.forget_cart(redirect("storefront:sign-in"))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limit_posts("login")
def forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for an address and write to it; what is answered is the same whether it has an account."""
    if request.method != "POST":
        return page(request, "forgotten.html", {"given": request.POST})
    email = request.POST.get("email", "").strip()[:2000]
    try:
        limits.take_for_address(email, group="password_reset", meta=request.META)
        accounts.request_password_reset(email=email)
    except Invalid as error:
        faults = forms.faults_by_field(error, {"email": email})
        return page(request, "forgotten.html", {"given": request.POST, "faults": faults}, status=400)
    return page(request, "forgotten.html", {"asked": email})


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limit_posts("login")
def new_password(request: HttpRequest) -> HttpResponse:
    """Take the token of a mail's link out of the address first, so that no other page is told of it; looking uses nothing up."""
    if token := request.GET.get("token"):
        request.session[_RESET] = token[:_LONGEST_TOKEN]
        return redirect("storefront:new-password")
    token, faults = request.session.get(_RESET, ""), {}
    try:
        customer = accounts.read_password_reset(token=token)
        if request.method == "POST":
            accounts.reset_password(token=token, password=request.POST.get("password", "")[:2000])
            return _led_to_sign_in(request, customer)
    except accounts.InvalidResetToken:
        request.session.pop(_RESET, None)
        return page(request, "new_password.html", {"ended": True}, status=404)
    except accounts.InvalidPassword as error:
        faults = forms.faults_by_field(error, request.POST.dict())
    return page(request, "new_password.html", {"customer": customer, "faults": faults}, status=400 if faults else 200)


def _led_to_sign_in(request: HttpRequest, customer: accounts.Customer) -> HttpResponse:
    """Who was signed in here as this customer no longer is: their session has ended with all others."""
    if caller_of(request).customer_id == customer.id:
        accounts.sign_out(request)
    request.session.pop(_RESET, None)
    messages.success(request, _("Your password is changed, and every browser and app is signed out. Sign in with it."))
    return redirect("storefront:sign-in")
