"""Orders and payments over REST: whose they are, what staff may do, and where a payment may lead back to."""

import uuid
from datetime import UTC, datetime

import orjson
import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test.utils import override_settings

from apps.kernel import clock
from apps.kernel.ids import uuid7
from apps.orders import api as orders
from apps.web.authentication import issue_access_token
from apps.web.testing import assert_queries
from tests.orders.making import look, place, statuses, stock
from tests.orders.paying import pay, settle

pytestmark = pytest.mark.django_db


@pytest.fixture
def send(client):
    def send(method, path, body=None, *, headers=None, key=None):
        sent = {**(headers or {}), **({"Idempotency-Key": key} if key else {})}
        content = b"" if body is None else orjson.dumps(body)
        return client.generic(method, f"/api/v1/{path}", content, content_type="application/json", headers=sent)

    return send


def staff(*rights, is_staff=True):
    user = get_user_model().objects.create_user(f"{uuid7()}@example.com", is_staff=is_staff)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="orders", codename__in=rights))
    return {"Authorization": f"Bearer {issue_access_token(user_id=user.pk, is_staff=is_staff)}"}


def customer(customer_id):
    return {"Authorization": f"Bearer {issue_access_token(user_id=customer_id, is_staff=False)}"}


def guest(token):
    return {"Order-Token": token}


def key():
    return str(uuid.uuid4())


def test_order_has_the_shape_of_the_contract(send):
    order, token = place()

    answer = send("GET", f"orders/{order.id}", headers=guest(token))

    body = answer.json()
    assert answer["ETag"] == '"1"'
    assert (body["status"], body["payment_status"], body["fulfilment_status"]) == (
        "awaiting_payment",
        "unpaid",
        "unfulfilled",
    )
    (item,) = body["items"]
    assert (item["quantity"], item["line_total"]) == (2, {"amount": "40.00", "currency": "EUR"})
    assert body["total"] == {"amount": "44.90", "currency": "EUR"}
    assert body["shipping_address"]["city"] == "Berlin"
    assert body["placed_at"].endswith("Z")
    assert "order_token" not in body
    assert send("GET", f"orders/{order.id}", headers=guest(token) | {"If-None-Match": '"1"'}).status_code == 304


def test_nobody_else_sees_changes_or_pays_an_order(send):
    mine, yours = uuid7(), uuid7()
    order, _ = place(customer_id=mine)
    guests, token = place()

    for headers in (customer(yours), guest("forged"), guest(token), {}, staff()):
        for method, path in (("GET", ""), ("GET", "/tracking"), ("PUT", "/cancel")):
            assert send(method, f"orders/{order.id}{path}", headers=headers).status_code == 404
        intent = send("POST", "payments/intent", {"order_id": str(order.id)}, headers=headers, key=key())
        assert intent.status_code == 404
    assert send("GET", f"orders/{guests.id}", headers=customer(mine)).status_code == 404
    assert send("GET", f"orders/{order.id}", headers=customer(mine)).status_code == 200
    assert send("GET", f"orders/{order.id}", headers=staff("view_order")).status_code == 200
    assert statuses(order)[0] == "awaiting_payment"


def test_guest_cancels_once_and_only_the_version_they_saw(send):
    order, token = place()

    stale = send("PUT", f"orders/{order.id}/cancel", headers=guest(token) | {"If-Match": '"9"'})
    weak = send("PUT", f"orders/{order.id}/cancel", headers=guest(token) | {"If-Match": 'W/"1"'})
    answer = send("PUT", f"orders/{order.id}/cancel", headers=guest(token) | {"If-Match": '"9", "1"'})
    again = send("PUT", f"orders/{order.id}/cancel", headers=guest(token))

    assert (stale.status_code, weak.status_code) == (412, 412)
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    assert (again.status_code, again.json()["version"]) == (200, 2)


def test_shipped_order_is_not_cancellable(send):
    order, token = place()
    pay(order)
    ship = staff("ship_order")
    assert send("POST", f"staff/orders/{order.id}/shipments", {}, headers=ship).status_code == 201

    answer = send("PUT", f"orders/{order.id}/cancel", headers=guest(token))

    assert (answer.status_code, answer.json()["code"]) == (409, "not_cancellable")


def test_staff_ship_in_parcels_and_deliver(send):
    order, token = place({stock(): 2})
    pay(order)
    line, headers, parcel = str(order.lines[0].id), staff("ship_order"), key()
    body = {"lines": {line: 1}, "tracking_number": "TRACK-1", "carrier": "DHL"}

    first = send("POST", f"staff/orders/{order.id}/shipments", body, headers=headers, key=parcel)
    again = send("POST", f"staff/orders/{order.id}/shipments", body, headers=headers, key=parcel)
    early = send("POST", f"staff/orders/{order.id}/deliver", headers=headers)
    rest = send("POST", f"staff/orders/{order.id}/shipments", {"tracking_number": "TRACK-2"}, headers=headers)
    delivered = send("POST", f"staff/orders/{order.id}/deliver", {}, headers=headers)
    tracking = send("GET", f"orders/{order.id}/tracking", headers=guest(token)).json()

    assert [answer.status_code for answer in (first, again, early, rest, delivered)] == [201, 201, 409, 201, 200]
    assert first.content == again.content
    assert delivered.json()["status"] == tracking["status"] == "delivered"
    assert [parcel["tracking_number"] for parcel in tracking["shipments"]] == ["TRACK-1", "TRACK-2"]
    assert [event["type"] for event in tracking["events"]][-3:] == ["shipped", "shipped", "delivered"]
    assert all(event.keys() == {"type", "at", "detail"} for event in tracking["events"])


@pytest.mark.parametrize(
    ("lines", "field"),
    [({"nonsense": 1}, "lines.nonsense"), ({}, "lines"), ({str(uuid7()): 1}, "lines."), ({str(uuid7()): 0}, "lines")],
)
def test_nonsense_parcels_are_refused_by_name(send, lines, field):
    order, _ = place()
    pay(order)

    answer = send("POST", f"staff/orders/{order.id}/shipments", {"lines": lines}, headers=staff("ship_order"))

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"].startswith(field)


def test_staff_endpoints_need_their_right(send):
    order, _ = place()
    calls = [
        ("GET", "staff/orders", None),
        ("POST", f"staff/orders/{order.id}/shipments", {}),
        ("POST", f"staff/orders/{order.id}/deliver", {}),
        ("POST", "payments/refund", {"payment_id": str(uuid7()), "reason": "x"}),
    ]

    for method, path, body in calls:
        assert send(method, path, body, key=key()).status_code == 401
        assert send(method, path, body, headers=customer(uuid7()), key=key()).status_code == 401
        assert send(method, path, body, headers=staff(), key=key()).status_code == 403
        everything = staff("view_order", "ship_order", "refund_order", is_staff=False)
        assert send(method, path, body, headers=everything, key=key()).status_code == 403


def test_staff_search_and_filter(send):
    order, _ = place(email="grace@example.com")
    place()
    headers = staff("view_order")

    found = send("GET", "staff/orders?q=grace@example.com", headers=headers).json()["results"]
    none = send("GET", "staff/orders?status=shipped", headers=headers).json()["results"]
    page = send("GET", "staff/orders?limit=1&count=true", headers=headers).json()

    assert [row["number"] for row in found] == [order.number]
    assert none == []
    assert (page["count"], len(page["results"]), page["next"] is not None) == (2, 1, True)
    assert send("GET", "staff/orders?status=nonsense", headers=headers).status_code == 400
    assert send("GET", "staff/orders?placed_after=yesterday", headers=headers).status_code == 400


def test_a_moment_without_an_offset_is_utc_wherever_the_shop_is(send, settings):
    settings.TIME_ZONE = "America/New_York"
    with clock.frozen(datetime(2026, 11, 10, 1, 30, tzinfo=UTC)):
        place()
    headers = staff("view_order")

    bounds = (
        "placed_after=2026-11-10T01:00:00",
        "placed_after=2026-11-10T02:00:00",
        "placed_before=2026-11-10T01:00:00",
    )
    found = [send("GET", f"staff/orders?{bound}", headers=headers).json()["results"] for bound in bounds]

    assert [len(rows) for rows in found] == [1, 0, 0]
    assert found[0][0]["placed_at"] == "2026-11-10T01:30:00Z"


def test_intent_opens_one_payment_for_the_orders_amount(send):
    order, token = place()
    body = {"order_id": str(order.id), "provider": "manual"}
    first_key = key()

    first = send("POST", "payments/intent", body, headers=guest(token), key=first_key)
    again = send("POST", "payments/intent", body, headers=guest(token), key=first_key)
    other = send("POST", "payments/intent", body, headers=guest(token), key=key())

    assert first.status_code == 201
    assert first.json()["amount"] == {"amount": "44.90", "currency": "EUR"}
    assert (first.json()["provider"], first.json()["order_id"]) == ("manual", str(order.id))
    assert again.content == first.content
    assert other.json()["id"] == first.json()["id"]
    assert look(order).payment_deadline > order.payment_deadline


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/",
        "//evil.example/",
        "http://testserver.evil.example/",
        "http://testserver@evil.example/",
        "http://evil.example\\@testserver/",
        "javascript:alert(1)",
        "http://testserver:8080/",
        "https://testserver/",
        "/relative",
        "",
        "http://testserver/\nx",
        "http://[",
        "myapp://paid",
    ],
)
def test_payment_never_leads_back_to_another_site(send, url):
    order, token = place()

    for name in ("return_url", "cancel_url"):
        body = {"order_id": str(order.id), "provider": "manual", name: url}
        answer = send("POST", "payments/intent", body, headers=guest(token), key=key())
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["field"] == name


@override_settings(APP_URL_SCHEMES=["northfold"])
@pytest.mark.parametrize("url", ["http://testserver/orders/1?x=1#y", "northfold://paid"])
def test_payment_leads_back_to_the_shop_or_its_app(send, url):
    order, token = place()
    body = {"order_id": str(order.id), "provider": "manual", "return_url": url}

    assert send("POST", "payments/intent", body, headers=guest(token), key=key()).status_code == 201


def test_paid_cancelled_and_unknown_orders_are_not_payable(send):
    paid, token = place()
    pay(paid)

    answer = send("POST", "payments/intent", {"order_id": str(paid.id)}, headers=guest(token), key=key())
    unknown = send("POST", "payments/intent", {"order_id": str(uuid7())}, headers=guest(token), key=key())
    provider = send(
        "POST", "payments/intent", {"order_id": str(paid.id), "provider": "x"}, headers=guest(token), key=key()
    )
    keyless = send("POST", "payments/intent", {"order_id": str(paid.id)}, headers=guest(token))

    assert (answer.status_code, answer.json()["code"]) == (409, "not_payable")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "order_not_found")
    assert (provider.status_code, provider.json()["code"]) == (400, "unknown_provider")
    assert (keyless.status_code, keyless.json()["code"]) == (400, "idempotency_key_required")


def test_misspelt_part_is_refused_instead_of_becoming_the_whole(send):
    order, _ = place()
    payment = pay(order)
    headers = staff("refund_order", "ship_order")
    refund = {"payment_id": str(payment.id), "reason": "late", "ammount": {"amount": "1.00", "currency": "EUR"}}
    parcel = {"line": {str(order.lines[0].id): 1}}

    refunded = send("POST", "payments/refund", refund, headers=headers, key=key())
    shipped = send("POST", f"staff/orders/{order.id}/shipments", parcel, headers=headers)

    for answer, field in ((refunded, "ammount"), (shipped, "line")):
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)
    assert statuses(order)[1:] == ("paid", "unfulfilled")


def test_staff_refund_a_payment_in_part_and_not_above_it(send):
    order, _ = place()
    payment = pay(order)
    headers, again = staff("refund_order"), key()
    body = {"payment_id": str(payment.id), "amount": {"amount": "10.00", "currency": "EUR"}, "reason": "damaged"}

    first = send("POST", "payments/refund", body, headers=headers, key=again)
    repeat = send("POST", "payments/refund", body, headers=headers, key=again)
    above = send(
        "POST",
        "payments/refund",
        {**body, "amount": {"amount": "35.00", "currency": "EUR"}},
        headers=headers,
        key=key(),
    )
    settle()

    assert (first.status_code, first.json()["amount"]["amount"]) == (201, "10.00")
    assert repeat.content == first.content
    assert (above.status_code, above.json()["code"]) == (409, "refund_exceeds_captured")
    assert statuses(order)[1] == "partially_refunded"


def test_statements_of_looking_and_paying(send):
    order, token = place({stock(): 1 for _ in range(10)})

    with assert_queries(at_most=2):
        send("GET", f"orders/{order.id}", headers=guest(token))
    with assert_queries(at_most=2):
        send("GET", f"orders/{order.id}/tracking", headers=guest(token))
    body = {"order_id": str(order.id), "provider": "manual"}
    with assert_queries(at_most=20):
        send("POST", "payments/intent", body, headers=guest(token), key=key())
    assert orders.get_order(order_id=order.id, viewer=orders.Viewer(order_token=token))


def test_other_parcel_under_a_used_key_is_refused(send):
    order, _ = place()
    pay(order)
    headers, parcel, path = staff("ship_order"), key(), f"staff/orders/{order.id}/shipments"
    line = str(order.lines[0].id)
    send("POST", path, {"lines": {line: 1}, "tracking_number": "TRACK-1"}, headers=headers, key=parcel)

    other = send("POST", path, {"lines": {line: 1}, "tracking_number": "TRACK-2"}, headers=headers, key=parcel)
    too_long = send("POST", path, {"lines": {line: 1}}, headers=headers, key="k" * 300)

    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert (too_long.status_code, too_long.json()["code"]) == (400, "idempotency_key_required")
    assert len(look(order).shipments) == 1
