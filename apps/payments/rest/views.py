"""Payments over REST: look, confirm with a token, and what providers call."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from apps.payments import api
from apps.payments.rest import serializers
from apps.web import limits, tokens
from apps.web.authentication import caller_of
from apps.web.idempotency import idempotent
from apps.web.views import APIView, reply

_ORDER_TOKEN = OpenApiParameter(
    name="Order-Token", location=OpenApiParameter.HEADER, type=str, description="Guests: the order_token of the order."
)


def _order_of(request: Request) -> UUID | None:
    subject = tokens.read(request.headers.get("Order-Token", ""), purpose="order")
    try:
        return UUID(subject) if subject else None
    except ValueError:
        return None


def _own_payment(request: Request, payment_id: UUID) -> api.Payment:
    customer_id = caller_of(request).customer_id
    return api.get_own_payment(payment_id=payment_id, customer_id=customer_id, order_id=_order_of(request))


def _whose_key(request: Request) -> str:
    customer_id = caller_of(request).customer_id
    return f"customer:{customer_id}" if customer_id else f"order:{_order_of(request)}"


class PaymentView(APIView):
    @extend_schema(parameters=[_ORDER_TOKEN], responses={200: serializers.PaymentBody})
    def get(self, request: Request, payment_id: UUID) -> HttpResponse:
        return reply(_own_payment(request, payment_id))


class ConfirmView(APIView):
    limit_group = "payment"

    @extend_schema(parameters=[_ORDER_TOKEN], request=serializers.ConfirmBody, responses={200: serializers.PaymentBody})
    @idempotent(app="payments", caller=_whose_key)
    def post(self, request: Request) -> HttpResponse:
        body = self.parse(serializers.ConfirmBody, request)
        payment = _own_payment(request, body["payment_id"])
        confirmed = api.confirm_payment(
            payment_id=payment.id,
            order_id=payment.order_id,
            payment_method=body["payment_method"],
            idempotency_reference=vars(request)["idempotency_scope"].reference,
            client_network=limits.client_network(request.META),
        )
        return reply(confirmed)


class WebhookView(APIView):
    """What a provider calls: signed over the raw body, so nothing else authenticates it and nothing parses it."""

    authentication_classes = ()
    limit_group = None

    @extend_schema(exclude=True)
    def post(self, request: Request, provider: str) -> HttpResponse:
        api.receive_webhook(provider=provider, body=request._request.body, headers=request.headers)
        return reply({"received": True})
