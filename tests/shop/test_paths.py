"""The main job from outside: guest and customer, to paid, shipped and delivered, with mails and live updates."""

import json
import uuid
from urllib.parse import urlsplit

import pytest
from websockets.sync.client import connect

from tests.shop.client import AUTHENTICATE, Client, guest


def address(name):
    return f"{name}-{uuid.uuid4().hex[:8]}@example.com"


def ship_and_deliver(shop, order):
    staff = shop.staff()
    lines = {
        line["id"]: line["quantity"]
        for line in staff.expect(200, "GET", f"/api/v1/orders/{order['id']}")["items"]
        if "id" in line
    }
    body = {"tracking_number": "TRACK-1", "carrier": "DHL", **({"lines": lines} if lines else {})}
    staff.expect(201, "POST", f"/api/v1/staff/orders/{order['id']}/shipments", body)
    return staff


def test_guest_order_is_paid_shipped_and_delivered_and_told_about(shop):
    client, recipient = shop.client(), address("guest")
    (variant,) = shop.variants(1, stock=10)
    order = client.order({variant: 2}, email=recipient)
    assert order["status"] == "awaiting_payment"

    with connect(order["live_url"], origin=shop.base, open_timeout=10) as socket:
        socket.send(json.dumps({"token": order["order_token"]}))
        first = json.loads(socket.recv(timeout=10))
        assert (first["order_id"], first["status"]) == (order["id"], "awaiting_payment")
        client.pay(order)
        seen = [first]
        while seen[-1]["status"] != "processing":
            seen.append(json.loads(socket.recv(timeout=20)))
        staff = ship_and_deliver(shop, order)
        while seen[-1]["status"] != "shipped":
            seen.append(json.loads(socket.recv(timeout=20)))
        staff.expect(200, "POST", f"/api/v1/staff/orders/{order['id']}/deliver", {})
        while seen[-1]["status"] != "delivered":
            seen.append(json.loads(socket.recv(timeout=20)))
        assert [m["version"] for m in seen] == sorted(m["version"] for m in seen)

    final = client.look(order)
    assert (final["status"], final["payment_status"], final["fulfilment_status"]) == ("delivered", "paid", "delivered")
    for word in ("order", "payment", "way"):
        shop.wait_for_mail(recipient, word)
    tracking = client.expect(200, "GET", f"/api/v1/orders/{order['id']}/tracking", **guest(order))
    assert tracking["shipments"][0]["tracking_number"] == "TRACK-1"
    (charge,) = shop.charges(order)
    assert charge["kind"] == "charge"


def test_customer_order_is_in_their_list_and_in_nobody_elses(shop):
    client, recipient = shop.client(), address("customer")
    registration = {"email": recipient, "password": "correct horse battery", "first_name": "Ada", "last_name": "Löwe"}
    client.token = client.expect(201, "POST", "/api/v1/auth/register", registration)["access"]
    (variant,) = shop.variants(1, stock=10)

    order = client.order({variant: 1}, email=recipient)
    client.pay(order)
    client.wait_for_status(order, "processing")

    mine = client.expect(200, "GET", "/api/v1/orders")["results"]
    assert [listed["id"] for listed in mine] == [order["id"]]
    other = shop.client()
    registration["email"] = address("other")
    other.token = other.expect(201, "POST", "/api/v1/auth/register", registration)["access"]
    assert other.expect(200, "GET", "/api/v1/orders")["results"] == []
    assert other.call("GET", f"/api/v1/orders/{order['id']}").status == 404
    assert shop.client().call("GET", f"/api/v1/orders/{order['id']}").status in (401, 404)


def test_guest_cart_merges_when_the_guest_signs_in(shop):
    first, second = shop.variants(2, stock=10)
    client = shop.client()
    registration = {"email": address("merge"), "password": "correct horse battery", "first_name": "A", "last_name": "B"}
    token = shop.client().expect(201, "POST", "/api/v1/auth/register", registration)["access"]
    signed_in = shop.client(token=token)
    signed_in.add(first, 1)
    client.add(first, 2)
    client.add(second, 1)

    client.token = token
    cart = client.expect(200, "GET", "/api/v1/cart")

    assert {item["variant_id"]: item["quantity"] for item in cart["items"]} == {first: 3, second: 1}


@pytest.mark.parametrize("outcome", ["approve", "fail"])
def test_three_d_secure_asks_and_goes_on(shop, outcome):
    client = shop.client()
    (variant,) = shop.variants(1, stock=10)
    order = client.order({variant: 1})
    payment = client.intent(order).body

    asked = client.confirm(order, payment, AUTHENTICATE).body

    assert asked["status"] == "requires_action"
    challenge = urlsplit(asked["redirect_url"])
    browser = Client(f"{challenge.scheme}://{challenge.netloc}")
    page = browser.call("GET", f"{challenge.path}?{challenge.query}")
    assert page.status == 200
    body = f"outcome={outcome}&{challenge.query}".encode()
    answer = browser.call("POST", challenge.path, body, Content_Type="application/x-www-form-urlencoded")
    assert answer.status in (200, 302, 303)
    if outcome == "approve":
        client.wait_for_status(order, "processing")
    else:
        assert client.look(order)["status"] == "awaiting_payment"
        client.pay(order)
        client.wait_for_status(order, "processing")


def test_bank_transfer_is_paid_when_staff_say_the_money_arrived(shop):
    client = shop.client()
    (variant,) = shop.variants(1, stock=10)
    order = client.order({variant: 1})

    payment = client.intent(order, provider="manual").body

    assert payment["provider"] == "manual"
    assert client.look(order)["status"] == "awaiting_payment"
