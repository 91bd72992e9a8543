"""Views and URLs to drive the toolkit through HTTP, beside the project's own."""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

from django.db import DataError, OperationalError, connection
from django.http import Http404, HttpResponse
from django.urls import path
from rest_framework import serializers

from apps.kernel import errors
from apps.kernel.money import Money
from apps.messaging import api as messaging
from apps.messaging.models import OutboxMessage
from apps.web import answers, idempotency, pagination, permissions
from apps.web.authentication import caller_of
from apps.web.views import APIView, check_match, reply, reply_page
from ecommerce import urls


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    id: UUID
    price: Money
    at: datetime
    weight: Decimal
    tags: tuple[str, ...] = ()


THING = Thing(
    id=UUID(int=7),
    price=Money(Decimal("12.90"), "EUR"),
    at=datetime(2026, 1, 2, 5, 4, 5, tzinfo=timezone(timedelta(hours=2))),
    weight=Decimal("1E+1"),
    tags=("a", "ü"),
)
RAISES = {
    "invalid": errors.Invalid.field("currency", "not_sold_in_currency", "It is not sold in JPY."),
    "unauthenticated": errors.Unauthenticated("Wrong password."),
    "declined": errors.Declined("No funds.", extra={"decline_code": "insufficient_funds"}),
    "denied": errors.Denied("Not yours."),
    "not_found": errors.NotFound("No such order."),
    "conflict": errors.Conflict("Shipped already."),
    "precondition": errors.PreconditionFailed("It changed."),
    "unprocessable": errors.Unprocessable("Another body."),
    "too_many": errors.TooManyRequests("Slow down.", retry_after=7),
    "unavailable": errors.Unavailable("Down.", retry_after=3),
    "http404": Http404(),
    "data": DataError("numeric field overflow"),
    "outage": OperationalError("server closed the connection"),
    "bug": RuntimeError("a secret"),
}


class Item(serializers.Serializer):
    quantity = serializers.IntegerField(min_value=1, max_value=99)


class Basket(serializers.Serializer):
    email = serializers.EmailField()
    items = Item(many=True)


class Plain(APIView):
    def get(self, request):
        return reply(THING, etag="v1", headers={"X-Own": "1"})

    def post(self, request):
        return reply(self.parse(Basket, request), status=201)

    def put(self, request):
        check_match(request, "v1")
        return reply(THING)

    def delete(self, request):
        return reply(None, status=204)


class Raise(APIView):
    def get(self, request, what):
        raise RAISES[what]


class Who(APIView):
    def get(self, request):
        return reply(caller_of(request), headers={"Has-Session": str(hasattr(request, "session"))})


class Mine(Who):
    permission_classes = (permissions.RequireCustomer,)


class Staff(Who):
    permission_classes = (permissions.require_staff("messaging.view_outboxmessage"),)


class Listing(APIView):
    def get(self, request):
        params = pagination.read_page_params(request)
        return reply_page(
            request,
            pagination.paginate(
                OutboxMessage.objects.all(), params=params, order=("-version", "id"), map=lambda row: row.key
            ),
        )


class Buying(APIView):
    """Counts how often it really ran; `decline` and `refuse` in the body choose the outcome."""

    ran = 0
    gate = threading.Event()
    limit_group = "checkout"

    @idempotency.idempotent(app="orders", caller=lambda request: request.headers.get("Cart-Token", "cart:1"))
    def post(self, request):
        type(self).ran += 1
        self.gate.wait(5)
        if request.data.get("decline"):
            raise errors.Declined("No funds.", extra={"decline_code": "insufficient_funds"})
        if request.data.get("refuse"):
            raise errors.Conflict("Sold out.")
        return reply({"number": self.ran, "name": "ü"}, status=201, headers={"Order-Token": "t"})


class BuyingInOneCommit(APIView):
    """Its command keeps the answer itself."""

    @idempotency.idempotent(app="orders", caller=lambda request: "cart:1")
    def post(self, request):
        stored = messaging.StoredAnswer(status=201, body={"by": "command"})
        messaging.store_answer(request.idempotency_scope, stored, app="orders")
        return idempotency.answer_of(stored)


class Catalogue(APIView):
    """A public list that counts how often it was really built."""

    built = 0
    limit_group = "catalogue"

    @answers.cacheable("probe", params={"limit", "sort"})
    def get(self, request, name=""):
        type(self).built += 1
        if request.GET.get("limit") == "0":
            raise errors.Invalid.field("limit", "invalid_limit", "must be 1 or more")
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return reply({"built": self.built, "text": "x" * 1000})


def page(request):
    return HttpResponse(
        f"<p>{caller_of(request).is_authenticated}", headers={"Has-Session": str(hasattr(request, "session"))}
    )


def refuse(request, what):
    raise RAISES[what]


urlpatterns = [
    path("api/v1/probe/plain", Plain.as_view()),
    path("api/v1/probe/raise/<str:what>", Raise.as_view()),
    path("api/v1/probe/who", Who.as_view()),
    path("api/v1/probe/mine", Mine.as_view()),
    path("api/v1/probe/staff", Staff.as_view()),
    path("api/v1/probe/list", Listing.as_view()),
    path("api/v1/probe/buy", Buying.as_view()),
    path("api/v1/probe/buy-in-one", BuyingInOneCommit.as_view()),
    path("api/v1/probe/catalogue", Catalogue.as_view()),
    path("api/v1/probe/catalogue/<str:name>", Catalogue.as_view()),
    path("probe/page/", page),
    path("probe/page/<str:what>/", refuse),
    *urls.urlpatterns,
]
handler400 = "apps.web.failures.bad_request"
handler403 = "apps.web.failures.permission_denied"
handler404 = "apps.web.failures.page_not_found"
handler500 = "apps.web.failures.server_error"
