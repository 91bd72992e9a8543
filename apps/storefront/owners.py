"""Whose cart and whose order a page's visitor may see: the signed-in customer, a cart cookie, order links opened before."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from apps.checkout import api as checkout
from apps.orders import api as orders
from apps.web import tokens
from apps.web.authentication import caller_of

CART_COOKIE, COUNT_COOKIE = "cart", "cart_count"
_OPENED = "opened_orders"
_MOST_OPENED = 20


def cart_owner(request: HttpRequest) -> checkout.CartOwner:
    """Return whose cart the visitor has; with both a customer and a cookie the carts merge."""
    return checkout.CartOwner(customer_id=caller_of(request).customer_id, token=request.COOKIES.get(CART_COOKIE, ""))


def remember_cart(response: HttpResponse, cart: checkout.Cart) -> HttpResponse:
    """Keep the guest's cart token in a cookie that scripts cannot read, and the number for the header in another."""
    lifetime = settings.CART_LIFETIME_DAYS * 86_400
    secure = settings.SESSION_COOKIE_SECURE
    if cart.token:
        response.set_cookie(CART_COOKIE, cart.token, max_age=lifetime, httponly=True, secure=secure, samesite="Lax")
    else:
        response.delete_cookie(CART_COOKIE, samesite="Lax")
    response.set_cookie(
        COUNT_COOKIE, str(cart.item_count), max_age=lifetime, httponly=True, secure=secure, samesite="Lax"
    )
    return response


def forget_cart(response: HttpResponse) -> HttpResponse:
    """Drop both cookies."""
    response.delete_cookie(CART_COOKIE, samesite="Lax")
    response.delete_cookie(COUNT_COOKIE, samesite="Lax")
    return response


def open_order(request: HttpRequest, *, order_id: UUID, token: str) -> bool:
    """Let this browser see an order from now on; False where the token is not that order's."""
    if tokens.read(token, purpose="order") != str(order_id):
        return False
    opened = {**request.session.get(_OPENED, {}), str(order_id): token}
    request.session[_OPENED] = dict(list(opened.items())[-_MOST_OPENED:])
    return True


def order_viewer(request: HttpRequest, order_id: UUID) -> orders.Viewer:
    """Return as whom the visitor looks at an order."""
    return orders.Viewer(
        customer_id=caller_of(request).customer_id,
        order_token=request.session.get(_OPENED, {}).get(str(order_id), ""),
    )
