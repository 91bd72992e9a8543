"""The cart."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from apps.checkout import api as checkout
from apps.kernel.errors import DomainError
from apps.storefront import owners
from apps.storefront.context import page


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    try:
        cart = checkout.get_cart(owner=owners.cart_owner(request))
    except checkout.CartNotFound:
        return owners.forget_cart(redirect("storefront:cart"))
    return owners.remember_cart(page(request, "cart.html", {"cart": cart}), cart)


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    try:
        variant_id, quantity = UUID(request.POST.get("variant_id", "")), int(request.POST.get("quantity", "1"))
    except ValueError:
        messages.error(request, "Choose an option first.")
        return redirect("storefront:cart")
    try:
        cart = checkout.add_item(owner=owners.cart_owner(request), variant_id=variant_id, quantity=quantity)
    except checkout.CartNotFound:
        cart = checkout.add_item(owner=checkout.CartOwner(), variant_id=variant_id, quantity=quantity)
    except DomainError as error:
        messages.error(request, error.detail)
        return redirect("storefront:cart")
    messages.success(request, "Added to your bag.")
    return owners.remember_cart(redirect("storefront:cart"), cart)


@require_POST
def change(request: HttpRequest, item_id: UUID) -> HttpResponse:
    owner, response = owners.cart_owner(request), redirect("storefront:cart")
    try:
        if "remove" in request.POST or request.POST.get("quantity") == "0":
            cart = checkout.remove_item(owner=owner, item_id=item_id)
        else:
            cart = checkout.set_quantity(owner=owner, item_id=item_id, quantity=int(request.POST.get("quantity", "")))
    except ValueError:
        messages.error(request, "The quantity must be a whole number.")
        return response
    except DomainError as error:
        messages.error(request, error.detail)
        return response
    return owners.remember_cart(response, cart)
