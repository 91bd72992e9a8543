"""Cart, checkout and placing over REST."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from apps.checkout import api as checkout
from apps.checkout.rest import serializers
from apps.checkout.rest.documents import (
    cart_document,
    cart_etag,
    option_document,
    quote_document,
)
from apps.kernel.address import Address
from apps.kernel.errors import Unauthenticated
from apps.messaging.api import IdempotencyScope, StoredAnswer
from apps.orders import api as orders
from apps.web.authentication import caller_of
from apps.web.idempotency import answer_of, idempotent
from apps.web.pagination import read_page_params
from apps.web.views import APIView, read_if_match, reply, reply_page

_TOKEN = OpenApiParameter(
    name="Cart-Token",
    location=OpenApiParameter.HEADER,
    type=str,
    description=(
        "Whose cart it is, for guests: from the header of the first cart response. The first request that bears an access token as well "
        "moves what is in it into the customer's own cart."
    ),
)
_CURRENCY = OpenApiParameter(
    name="currency", type=str, description="ISO 4217; the cart's currency from its first line on."
)
_PAGE = [
    OpenApiParameter(name="limit", type=int),
    OpenApiParameter(name="cursor", type=str),
    OpenApiParameter(name="count", type=bool),
]


def owner_of(request: Request) -> checkout.CartOwner:
    """Return whose cart a request is about."""
    return checkout.CartOwner(
        customer_id=caller_of(request).customer_id, token=request.headers.get("Cart-Token", "").strip()
    )


def reply_cart(cart: checkout.Cart, *, status: int = 200) -> HttpResponse:
    """Return a cart with its ETag and, for a guest, the token that opens it."""
    document = cart_document(cart)
    return reply(document, status=status, etag=cart_etag(document), headers=_token_header(cart))


def _cart_version(request: Request) -> int | None:
    """Return the version that `If-Match` demands; prices and stock, which the ETag tells of too, may have changed since."""
    return read_if_match(request, current=lambda: checkout.get_cart(owner=owner_of(request)).version)


def _token_header(cart: checkout.Cart) -> dict[str, str]:
    return {"Cart-Token": cart.token} if cart.token else {}


def _reply_quote(quote: checkout.Quote) -> HttpResponse:
    return reply(quote_document(quote), headers=_token_header(quote.cart))


class CartView(APIView):
    @extend_schema(parameters=[_TOKEN, _CURRENCY], responses=serializers.CartView)
    def get(self, request: Request) -> HttpResponse:
        currency = request.GET.get("currency")
        return reply_cart(checkout.get_cart(owner=owner_of(request), currency=currency and currency.upper()))

    @extend_schema(parameters=[_TOKEN], responses={204: None})
    def delete(self, request: Request) -> HttpResponse:
        checkout.clear_cart(owner=owner_of(request), if_version=_cart_version(request))
        return reply(None, status=204)


class CartItemsView(APIView):
    @extend_schema(parameters=[_TOKEN], request=serializers.ItemInput, responses={201: serializers.CartView})
    def post(self, request: Request) -> HttpResponse:
        body = self.parse(serializers.ItemInput, request)
        cart = checkout.add_item(owner=owner_of(request), if_version=_cart_version(request), **body)
        return reply_cart(cart, status=201)


class CartItemView(APIView):
    @extend_schema(parameters=[_TOKEN], request=serializers.QuantityInput, responses=serializers.CartView)
    def put(self, request: Request, item_id: UUID) -> HttpResponse:
        body = self.parse(serializers.QuantityInput, request)
        version = _cart_version(request)
        return reply_cart(checkout.set_quantity(owner=owner_of(request), item_id=item_id, if_version=version, **body))

    @extend_schema(parameters=[_TOKEN], responses={200: serializers.CartView})
    def delete(self, request: Request, item_id: UUID) -> HttpResponse:
        version = _cart_version(request)
        return reply_cart(checkout.remove_item(owner=owner_of(request), item_id=item_id, if_version=version))


class CheckoutView(APIView):
    @extend_schema(parameters=[_TOKEN], responses=serializers.QuoteView)
    def get(self, request: Request) -> HttpResponse:
        return _reply_quote(checkout.get_quote(owner=owner_of(request)))

    @extend_schema(parameters=[_TOKEN], request=serializers.CheckoutInput, responses=serializers.QuoteView)
    def patch(self, request: Request) -> HttpResponse:
        changes = _changes(self.parse(serializers.CheckoutInput, request))
        return _reply_quote(checkout.update_checkout(owner=owner_of(request), changes=changes))


def _changes(body: dict[str, Any]) -> checkout.CheckoutChanges:
    for name in ("shipping_address", "billing_address"):
        if name in body:
            body[name] = Address(**body[name])
    if "promo_codes" in body:
        body["promo_codes"] = tuple(body["promo_codes"])
    return checkout.CheckoutChanges(**body)


class ShippingMethodsView(APIView):
    @extend_schema(parameters=[_TOKEN], responses=serializers.ShippingMethodsView)
    def get(self, request: Request) -> HttpResponse:
        options = checkout.list_shipping_options(owner=owner_of(request))
        return reply({"results": [option_document(option) for option in options]})


class OrdersView(APIView):
    limit_group = "checkout"

    @extend_schema(parameters=_PAGE, responses=serializers.OwnOrdersView)
    def get(self, request: Request) -> HttpResponse:
        customer_id = caller_of(request).customer_id
        if customer_id is None:
            raise Unauthenticated("Sign in to see your orders; a guest opens an order with its Order-Token.")
        return reply_page(request, orders.list_orders(customer_id=customer_id, params=read_page_params(request)))

    @extend_schema(parameters=[_TOKEN], request=serializers.PlaceInput, responses={201: serializers.PlacedOrderView})
    # Two keys for one cart take turns: both at once would hold its stock twice.
    @idempotent(
        app="orders", caller=lambda request: checkout.caller_of_cart(owner=owner_of(request)), one_per_caller=True
    )
    def post(self, request: Request) -> HttpResponse:
        body = self.parse(serializers.PlaceInput, request)
        scope = cast(IdempotencyScope, vars(request)["idempotency_scope"])
        try:
            placed = checkout.place_order(
                owner=owner_of(request), expected_total=body.get("expected_total"), scope=scope, encode=_answer
            )
        except checkout.QuoteChanged as error:
            error.extra["quote"] = quote_document(error.quote)
            raise
        return answer_of(placed.answer, replayed=placed.replayed)


def _answer(order: orders.Order, token: str) -> StoredAnswer:
    headers = {"Location": f"/api/v1/orders/{order.id}"}
    return StoredAnswer(status=201, body=orders.order_document(order, token=token), headers=headers)
