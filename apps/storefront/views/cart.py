"""The cart."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from apps.checkout import api as checkout
from apps.kernel.errors import DomainError, Invalid
from apps.storefront import owners
from apps.storefront.context import page
from apps.storefront.views.paying import describe_payment


@never_cache
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    cart = owners.with_cart(request, lambda owner: checkout.get_cart(owner=owner))
    faults, others = _told(request)
    context: dict[str, Any] = {
        "cart": cart,
        "cart_count": cart.item_count,
        "currency": cart.currency,
        "lines": [(item, faults.get(str(item.id), "")) for item in cart.items],
        "messages": others,
        "free_delivery": checkout.get_free_delivery(cart=cart) if cart.items else None,
        "short": any(item.available < item.quantity for item in cart.items),
    }
    if not cart.items and (last := owners.find_last_order(request)):
        # Whoever comes back from the provider's page by the browser's button has ordered, and perhaps not paid.
        context |= describe_payment(last)
    response = page(request, "cart.html", context)
    # Whoever only looks at an empty bag needs no cookie.
    return owners.remember_cart(response, cart) if cart.items or owners.CART_COOKIE in request.COOKIES else response


def _told(request: HttpRequest) -> tuple[dict[str, str], list[Message]]:
    """Return what the last form was refused for by the item it was about, and everything else there is to tell."""
    told = list(messages.get_messages(request))
    about_items = {str(each.extra_tags): str(each.message) for each in told if each.extra_tags}
    return about_items, [each for each in told if not each.extra_tags]


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    try:
        variant_id, quantity = UUID(request.POST.get("variant_id", "")), _read_quantity(request)
        cart = owners.with_cart(
            request, lambda owner: checkout.add_item(owner=owner, variant_id=variant_id, quantity=quantity)
        )
    except ValueError:
        messages.error(request, _("Choose an option first."))
        return redirect("storefront:cart")
    except DomainError as error:
        return _refused(request, error)
    messages.success(request, _("Added to your bag."))
    return owners.remember_cart(redirect("storefront:cart"), cart)


@require_POST
def change(request: HttpRequest, item_id: UUID) -> HttpResponse:
    owner = owners.cart_owner(request)
    try:
        if "remove" in request.POST or (quantity := _read_quantity(request)) == 0:
            cart = checkout.remove_item(owner=owner, item_id=item_id)
        else:
            cart = checkout.set_quantity(owner=owner, item_id=item_id, quantity=quantity)
    except DomainError as error:
        return _refused(request, error, item_id=item_id)
    return owners.remember_cart(redirect("storefront:cart"), cart)


def _read_quantity(request: HttpRequest) -> int:
    given = request.POST.get("quantity", "1").strip()
    if not (given.isascii() and given.isdecimal() and len(given) < 10):
        raise Invalid.field(
            "quantity",
            "invalid",
            _("“%(given)s” is not a quantity. Use a whole number such as 2.") % {"given": given[:20]},
        )
    return int(given)


def _refused(request: HttpRequest, error: DomainError, *, item_id: UUID | None = None) -> HttpResponse:
    """Tell what was wrong in the bag; with `item_id` beside that item."""
    faults = error.fields if isinstance(error, Invalid) else ()
    detail = " ".join(fault.detail for fault in faults) or error.detail
    messages.error(request, detail, extra_tags=str(item_id) if item_id else "")
    return redirect("storefront:cart")
