"""Orders over REST: looking, cancelling, paying, refunding, and what staff do."""

from __future__ import annotations

from functools import partial
from typing import Any, cast
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from apps.kernel.errors import Denied, FieldError, Invalid, Unauthenticated
from apps.kernel.ids import uuid7
from apps.kernel.pages import Page
from apps.messaging.api import IdempotencyScope
from apps.orders import api as orders
from apps.orders.documents import label_answer, summary_document, tracking_document, without_amounts
from apps.orders.rest import serializers
from apps.web import limits, tokens
from apps.web.authentication import caller_of, staff_actor
from apps.web.idempotency import idempotent, read_idempotency_key
from apps.web.pagination import read_page_params
from apps.web.permissions import require_staff
from apps.web.views import APIView, read_if_match, reply, reply_page

_TOKEN = OpenApiParameter(
    name="Order-Token",
    location=OpenApiParameter.HEADER,
    type=str,
    description="Opens a guest's order: `order_token` of the answer that placed it.",
)
_STAFF = orders.Viewer(is_staff=True)
_PARCEL_KEY = OpenApiParameter(
    name="Idempotency-Key",
    location=OpenApiParameter.HEADER,
    type=str,
    description="Names the parcel; a repeat ships nothing more.",
)


def viewer_of(view: APIView, request: Request, *, right: str = "orders.view_order") -> orders.Viewer:
    """Return who looks: a customer, the holder of a guest's token, or staff who hold `right` now."""
    caller = caller_of(request)
    return orders.Viewer(
        customer_id=caller.customer_id,
        order_token=request.headers.get("Order-Token", "").strip(),
        is_staff=caller.is_staff and _holds(view, request, right),
    )


def _order_version(request: Request, *, order_id: UUID, viewer: orders.Viewer) -> int | None:
    state = partial(orders.get_order_state, order_id=order_id, viewer=viewer)
    return read_if_match(request, current=lambda: state().version)


def _holds(view: APIView, request: Request, right: str) -> bool:
    try:
        return require_staff(right)().has_permission(request, view)
    except (Denied, Unauthenticated):
        return False


def _sees_amounts(view: APIView, request: Request, *, buyer_id: UUID | None = None) -> bool:
    """Whoever buys sees what it costs; staff who look at what others bought need the right to."""
    caller = caller_of(request)
    is_buyer = buyer_id is not None and buyer_id == caller.customer_id
    return not caller.is_staff or is_buyer or _holds(view, request, "orders.view_money")


def _reply_order(view: APIView, request: Request, order: orders.Order, *, status: int = 200) -> HttpResponse:
    document = orders.order_document(order)
    if not _sees_amounts(view, request, buyer_id=order.customer_id):
        document = without_amounts(document)
    return reply(document, status=status, etag=str(order.version))


class OrderView(APIView):
    @extend_schema(parameters=[_TOKEN], responses=serializers.OrderView)
    def get(self, request: Request, order_id: UUID) -> HttpResponse:
        return _reply_order(self, request, orders.get_order(order_id=order_id, viewer=viewer_of(self, request)))


class CancelView(APIView):
    @extend_schema(parameters=[_TOKEN], request=None, responses=serializers.OrderView)
    def put(self, request: Request, order_id: UUID) -> HttpResponse:
        viewer = viewer_of(self, request, right="orders.cancel_order")
        version = _order_version(request, order_id=order_id, viewer=viewer)
        order = orders.cancel_order(order_id=order_id, viewer=viewer, if_version=version)
        return _reply_order(self, request, order)


class TrackingView(APIView):
    @extend_schema(parameters=[_TOKEN], responses=serializers.TrackingView)
    def get(self, request: Request, order_id: UUID) -> HttpResponse:
        tracking = orders.get_tracking(order_id=order_id, viewer=viewer_of(self, request))
        return reply(tracking_document(tracking, with_amounts=_sees_amounts(self, request)))


def _payer(request: Request) -> str:
    """Return whose idempotency keys these are."""
    if customer_id := caller_of(request).customer_id:
        return f"customer:{customer_id}"
    order_id = tokens.read(request.headers.get("Order-Token", "").strip(), purpose="order")
    return f"order:{order_id}" if order_id else "anonymous"


class IntentView(APIView):
    limit_group = "payment"

    @extend_schema(parameters=[_TOKEN], request=serializers.IntentInput, responses={201: serializers.IntentView})
    @idempotent(app="orders", caller=_payer)
    def post(self, request: Request) -> HttpResponse:
        body = self.parse(serializers.IntentInput, request)
        payment = orders.start_payment(
            order_id=body["order_id"],
            viewer=viewer_of(self, request, right="orders.view_money"),
            provider=body.get("provider"),
            return_url=body.get("return_url"),
            cancel_url=body.get("cancel_url"),
            client_network=limits.client_network(request.META),
        )
        document = {
            "id": payment.id,
            "order_id": payment.order_id,
            "status": payment.status,
            "provider": payment.provider,
            "amount": payment.amount,
            "client_secret": payment.client_secret,
            "redirect_url": payment.redirect_url,
            "instructions": payment.instructions,
        }
        return reply(document, status=201)


def _scope(request: Request) -> IdempotencyScope:
    return cast(IdempotencyScope, vars(request)["idempotency_scope"])


class RefundView(APIView):
    permission_classes = (require_staff("orders.refund_order"),)

    @extend_schema(request=serializers.RefundInput, responses={201: serializers.RefundView})
    @idempotent(app="orders", caller=_payer)
    def post(self, request: Request) -> HttpResponse:
        body = self.parse(serializers.RefundInput, request)
        refund = orders.refund_payment(
            payment_id=body["payment_id"],
            amount=body.get("amount"),
            reason=body["reason"],
            reference=_scope(request).reference,
            actor=staff_actor(request),
        )
        document = {
            "id": refund.id,
            "payment_id": refund.payment_id,
            "order_id": refund.order_id,
            "status": refund.status,
            "amount": refund.amount,
            "reason": refund.reason,
            "created_at": refund.created_at,
        }
        return reply(document, status=201)


class StaffOrdersView(APIView):
    permission_classes = (require_staff("orders.view_order"),)

    @extend_schema(parameters=[serializers.SearchParams], responses=serializers.OrderPage)
    def get(self, request: Request) -> HttpResponse:
        page = orders.search_orders(
            query=request.GET.get("q", ""), filters=_filters(request), params=read_page_params(request)
        )
        rows = [summary_document(order) for order in page.items]
        if not _sees_amounts(self, request):
            rows = [without_amounts(row) for row in rows]
        shown = Page(
            items=tuple(rows), next_cursor=page.next_cursor, previous_cursor=page.previous_cursor, count=page.count
        )
        return reply_page(request, shown)


def _filters(request: Request) -> orders.OrderFilters:
    given = {name: value for name, value in request.GET.items() if name not in ("limit", "cursor", "count")}
    checked = serializers.SearchParams(data=given)
    checked.is_valid(raise_exception=True)
    found: dict[str, Any] = dict(checked.validated_data)
    kinds = {
        "status": orders.OrderStatus,
        "payment_status": orders.OrderPaymentStatus,
        "fulfilment_status": orders.FulfilmentStatus,
    }
    statuses: dict[str, Any] = {name: kind(found[name]) for name, kind in kinds.items() if name in found}
    return orders.OrderFilters(
        **statuses, placed_after=found.get("placed_after"), placed_before=found.get("placed_before")
    )


class ShipmentsView(APIView):
    permission_classes = (require_staff("orders.ship_order"),)

    @extend_schema(parameters=[_PARCEL_KEY], request=serializers.ShipmentInput, responses={201: serializers.OrderView})
    def post(self, request: Request, order_id: UUID) -> HttpResponse:
        body = self.parse(serializers.ShipmentInput, request)
        order = orders.ship_order(
            order_id=order_id,
            lines=_read_lines(body.get("lines")),
            tracking_number=body["tracking_number"],
            carrier=body["carrier"],
            tracking_url=body["tracking_url"],
            label=body.get("label"),
            actor=staff_actor(request),
            reference=read_idempotency_key(request) or str(uuid7()),
            if_version=_order_version(request, order_id=order_id, viewer=_STAFF),
        )
        return _reply_order(self, request, order, status=201)


def _read_lines(given: dict[str, int] | None) -> dict[UUID, int] | None:
    """Return quantities by line id; Invalid names each key that is no id."""
    if given is None:
        return None
    lines, faults = {}, []
    for key, quantity in given.items():
        try:
            lines[UUID(key)] = quantity
        except ValueError:
            faults.append(FieldError(f"lines.{key[:50]}", "invalid_id", "This is not the id of an order line."))
    if faults:
        raise Invalid(fields=faults)
    return lines


_LABEL_FILES = {(200, kind): OpenApiTypes.BINARY for kind in ("application/pdf", "image/png", "text/plain")}


class LabelView(APIView):
    permission_classes = (require_staff("orders.ship_order"),)

    @extend_schema(responses=_LABEL_FILES)
    def get(self, request: Request, order_id: UUID, shipment_id: UUID) -> HttpResponse:
        return label_answer(orders.get_label(order_id=order_id, shipment_id=shipment_id))

    @extend_schema(request=serializers.LabelInput, responses={204: None})
    def put(self, request: Request, order_id: UUID, shipment_id: UUID) -> HttpResponse:
        content = self.parse(serializers.LabelInput, request)["label"]
        orders.keep_label(order_id=order_id, shipment_id=shipment_id, content=content, actor=staff_actor(request))
        return reply(None, status=204)


class DeliverView(APIView):
    permission_classes = (require_staff("orders.ship_order"),)

    @extend_schema(request=None, responses=serializers.OrderView)
    def post(self, request: Request, order_id: UUID) -> HttpResponse:
        version = _order_version(request, order_id=order_id, viewer=_STAFF)
        order = orders.deliver_order(order_id=order_id, actor=staff_actor(request), if_version=version)
        return _reply_order(self, request, order)
