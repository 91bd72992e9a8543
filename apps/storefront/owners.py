"""Whose cart and whose order a page's visitor may see: the signed-in customer, a cart cookie, order links opened before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from apps.checkout import api as checkout
from apps.orders import api as orders
from apps.storefront import currencies
from apps.web import tokens
from apps.web.authentication import caller_of
from apps.web.pagination import PageParams

CART_COOKIE, COUNT_COOKIE = "cart", "cart_count"
_OPENED = "opened_orders"
_MOST_OPENED = 20


def cart_owner(request: HttpRequest) -> checkout.CartOwner:
    """Return whose cart the visitor has; with both a customer and a cookie the carts merge."""
    return checkout.CartOwner(
        customer_id=caller_of(request).customer_id,
        token=request.COOKIES.get(CART_COOKIE, ""),
        currency=currencies.seen_by(request),
    )


def with_cart(request: HttpRequest, act: Callable[[checkout.CartOwner], checkout.Cart]) -> checkout.Cart:
    """Act on the visitor's cart; where their cookie is forged or too old, on the one they have without it."""
    owner = cart_owner(request)
    try:
        return act(owner)
    except checkout.CartNotFound:
        return act(replace(owner, token=""))


def remember_cart(response: HttpResponse, cart: checkout.Cart) -> HttpResponse:
    """Keep the guest's cart token in a cookie that scripts cannot read, and the number for the header in another.

    Pages go on in the currency of what is in the cart: nobody sees one price on a page and another in the bag.
    """
    if cart.token:
        _set_cookie(response, CART_COOKIE, cart.token)
    else:
        response.delete_cookie(CART_COOKIE, samesite="Lax")
    _set_cookie(response, COUNT_COOKIE, str(cart.item_count))
    return currencies.remember(response, cart.currency) if cart.items else response


def _set_cookie(response: HttpResponse, name: str, value: str) -> None:
    lifetime = settings.CART_LIFETIME_DAYS * 86_400
    secure = settings.SESSION_COOKIE_SECURE
    response.set_cookie(name, value, max_age=lifetime, httponly=True, secure=secure, samesite="Lax")


def forget_count(response: HttpResponse) -> HttpResponse:
    """Take the number off the header after ordering. The token stays: it is what a form sent twice is known by."""
    response.delete_cookie(COUNT_COOKIE, samesite="Lax")
    return response


def forget_cart(response: HttpResponse) -> HttpResponse:
    """Drop both cookies."""
    response.delete_cookie(CART_COOKIE, samesite="Lax")
    return forget_count(response)


def open_order(request: HttpRequest, *, order_id: UUID, token: str) -> bool:
    """Let this browser see an order from now on; False where the token is not that order's."""
    if tokens.read(token, purpose="order") != str(order_id):
        return False
    opened = {name: held for name, held in request.session.get(_OPENED, {}).items() if name != str(order_id)}
    opened[str(order_id)] = token
    request.session[_OPENED] = dict(list(opened.items())[-_MOST_OPENED:])
    return True


def find_last_order(request: HttpRequest) -> orders.Order | None:
    """Return the order the visitor placed last, or opened last as a guest; None where there is none."""
    order_id = _newest_of(caller_of(request).customer_id) or next(reversed(request.session.get(_OPENED, {})), "")
    if not order_id:
        return None
    try:
        return orders.get_order(order_id=UUID(str(order_id)), viewer=order_viewer(request, UUID(str(order_id))))
    except orders.OrderNotFound:
        return None


def _newest_of(customer_id: UUID | None) -> UUID | None:
    if customer_id is None:
        return None
    newest = orders.list_orders(customer_id=customer_id, params=PageParams(limit=1)).items
    return newest[0].id if newest else None


def order_viewer(request: HttpRequest, order_id: UUID) -> orders.Viewer:
    """Return as whom the visitor looks at an order."""
    return orders.Viewer(
        customer_id=caller_of(request).customer_id,
        order_token=request.session.get(_OPENED, {}).get(str(order_id), ""),
    )
