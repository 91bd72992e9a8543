"""One guest order through nginx, for whoever needs a shop in which something happened."""

from __future__ import annotations

import json
import uuid

import pytest
from websockets.sync.client import connect

from tests.shop.client import ADDRESS, VISA


@pytest.fixture(scope="package")
def paid_order(shipped, proxy):
    """One guest order, placed and paid through nginx; its order as JSON and what the WebSocket said."""
    variant = first_variant(proxy)
    cart = proxy.call("POST", "/api/v1/cart/items", {"variant_id": variant, "quantity": 1})
    token = {"Cart_Token": cart.headers["Cart-Token"]}
    proxy.call("PATCH", "/api/v1/checkout", {"email": "ada@example.com", "shipping_address": ADDRESS}, **token)
    [method, *_] = proxy.call("GET", "/api/v1/checkout/shipping-methods", **token).body["results"]
    proxy.call("PATCH", "/api/v1/checkout", {"shipping_method_id": method["id"]}, **token)
    total = proxy.call("GET", "/api/v1/checkout", **token).body["total"]
    placed = proxy.call("POST", "/api/v1/orders", {"expected_total": total}, Idempotency_Key=str(uuid.uuid4()), **token)
    assert placed.status == 201, placed.raw
    order = placed.body
    with connect(order["live_url"], origin=shipped.origin, ssl=proxy.context, open_timeout=10) as live:
        live.send(json.dumps({"token": order["order_token"]}))
        statuses = [json.loads(live.recv(timeout=20))["status"]]
        pay(proxy, order)
        while statuses[-1] != "processing":
            statuses.append(json.loads(live.recv(timeout=60))["status"])
    return order, statuses


def first_variant(proxy) -> str:
    [card, *_] = proxy.ask("/api/v1/products?in_stock=true").body["results"]
    variants = proxy.ask(f"/api/v1/products/{card['id']}").body["variants"]
    return next(variant["id"] for variant in variants if variant["in_stock"])


def pay(proxy, order) -> None:
    known = {"Order_Token": order["order_token"]}
    intent = {"order_id": order["id"]}
    payment = proxy.call("POST", "/api/v1/payments/intent", intent, Idempotency_Key=str(uuid.uuid4()), **known)
    assert payment.status == 201, payment.raw
    card = {"payment_id": payment.body["id"], "payment_method": VISA}
    paid = proxy.call("POST", "/api/v1/payments/confirm", card, Idempotency_Key=str(uuid.uuid4()), **known)
    assert paid.status == 200, paid.raw
