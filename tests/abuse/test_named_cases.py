"""The abuses that everybody tries first, each over HTTP, with what it must not have changed. What other tests hold is not here."""

from __future__ import annotations

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection, connections

from apps.catalog import api as catalog
from apps.checkout import api as checkout
from apps.kernel import clock
from apps.messaging.testing import deliver_all
from apps.web import tokens
from tests.checkout.shopping import make_variant, set_price, stock_of
from tests.shop.client import guest

pytestmark = pytest.mark.django_db
PLACE, ITEMS, REFUND = "/api/v1/orders", "/api/v1/cart/items", "/api/v1/payments/refund"
NONSENSE = [0, -1, 1000, 10**9, 10**30, 1.5, 1e308, "2", "", None, True, [1], {"a": 1}]


def euros(amount):
    return {"amount": amount, "currency": "EUR"}


def filled(client, variant, quantity=1):
    client.add(str(variant), quantity)
    return client.fill_in()


def key():
    return uuid.uuid4().hex


@pytest.mark.parametrize("quantity", NONSENSE)
def test_nonsense_quantity_changes_no_cart(mobile, quantity):
    client, variant = mobile(), make_variant()
    (item,) = client.add(str(variant), 2)["items"]

    added = client.call("POST", ITEMS, {"variant_id": str(variant), "quantity": quantity})
    changed = client.call("PUT", f"{ITEMS}/{item['id']}", {"quantity": quantity})

    for answer in (added, changed):
        assert answer.status == 400
        (fault,) = answer.body["errors"]
        assert fault["field"] == "quantity"
        # An integer beyond 64 bits is a float to the parser.
        assert quantity == 10**30 or json.dumps(quantity, separators=(",", ":")) in fault["detail"]
    assert client.expect(200, "GET", "/api/v1/cart")["items"][0]["quantity"] == 2


def test_the_item_of_another_cart_cannot_be_touched(mobile):
    mine, yours = mobile(), mobile()
    (item,) = yours.add(str(make_variant()), 2)["items"]
    mine.add(str(make_variant()))

    changed = mine.call("PUT", f"{ITEMS}/{item['id']}", {"quantity": 9})
    removed = mine.call("DELETE", f"{ITEMS}/{item['id']}")

    assert [(answer.status, answer.code) for answer in (changed, removed)] == [(404, "cart_item_not_found")] * 2
    assert yours.expect(200, "GET", "/api/v1/cart")["items"][0]["quantity"] == 2


def test_a_product_that_is_not_published_is_neither_put_in_a_cart_nor_ordered(mobile):
    client, variant = mobile(), make_variant(stock=3)
    quote = filled(client, variant)
    product = catalog.get_variants(ids=[variant], currency="EUR")[variant].product_id
    catalog.unpublish_product(product_id=product)

    added = mobile().call("POST", ITEMS, {"variant_id": str(variant), "quantity": 1})
    placed = client.place(expected_total=quote["total"])

    assert (added.status, added.code) == (400, "unknown_variant")
    assert (placed.status, placed.code) == (409, "insufficient_stock")
    assert stock_of(variant) == (3, 0)


def test_a_cart_keeps_its_currency_whoever_asks_for_another(mobile):
    client, euro, yen = mobile(), make_variant(), make_variant(price="900", currency="JPY")
    quote = filled(client, euro)

    refused = [
        client.call("POST", ITEMS, {"variant_id": str(yen), "quantity": 1}),
        client.call("POST", ITEMS, {"variant_id": str(euro), "quantity": 1, "currency": "JPY"}),
        client.call("POST", ITEMS, {"variant_id": str(euro), "quantity": 1, "currency": "XXX"}),
        client.call("GET", "/api/v1/cart?currency=JPY"),
        client.place(expected_total={**quote["total"], "currency": "XXX"}),
    ]
    other = client.place(expected_total={"amount": "24", "currency": "JPY"})

    assert [answer.status for answer in refused] == [400] * 5
    assert [answer.body["errors"][0]["field"] for answer in refused] == [
        "variant_id",
        "currency",
        "currency",
        "currency",
        "expected_total",
    ]
    assert (other.status, other.code) == (409, "quote_changed")
    assert client.expect(200, "GET", "/api/v1/checkout")["total"] == quote["total"]


def test_an_expired_cart_is_gone_and_becomes_no_order(mobile):
    client, variant = mobile(), make_variant(stock=3)
    quote = filled(client, variant)
    (item,) = quote["items"]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE checkout_cart SET expires_at = statement_timestamp() - interval '1 second'")
    assert checkout.expire_carts() == 1

    placed = client.place(expected_total=quote["total"])
    changed = client.call("PUT", f"{ITEMS}/{item['id']}", {"quantity": 2})

    assert (placed.status, placed.code, placed.body["missing"][0]) == (400, "checkout_incomplete", "items")
    assert changed.status == 404
    assert client.expect(200, "GET", "/api/v1/cart")["items"] == []
    assert stock_of(variant) == (3, 0)


def test_an_expired_token_opens_no_cart(mobile):
    client = mobile(cart_token=tokens.sign(subject=str(uuid.uuid4()), purpose="cart", days=-1))

    answers = [
        client.call("GET", "/api/v1/cart"),
        client.call("POST", ITEMS, {"variant_id": str(make_variant()), "quantity": 1}),
    ]

    assert [(answer.status, answer.code) for answer in answers] == [(404, "cart_not_found")] * 2


def test_replayed_tokens_and_requests_buy_nothing_twice(mobile):
    client, variant = mobile(), make_variant(stock=5)
    quote = filled(client, variant)
    name = key()
    order = client.place(name, quote["total"])
    token = client.cart_token

    again = client.place(name, quote["total"])
    another = client.place(key(), quote["total"])
    other_body = client.place(name, euros("0.01"))
    elsewhere = mobile(cart_token=token).place(name, quote["total"])

    assert (order.status, again.status, again.raw) == (201, 201, order.raw)
    assert (another.status, another.code, another.body["order_id"]) == (409, "already_placed", order.body["id"])
    assert (other_body.status, elsewhere.raw) == (422, order.raw)
    assert stock_of(variant) == (5, 1)


def test_a_token_of_one_purpose_opens_nothing_of_another(mobile):
    client, variant = mobile(), make_variant(stock=5)
    order = client.order({str(variant): 1})
    path = f"/api/v1/orders/{order['id']}"

    swapped = [
        mobile().call("GET", path, Order_Token=client.cart_token),
        mobile().call("PUT", f"{path}/cancel", {}, Order_Token=client.cart_token),
        mobile().call("GET", "/api/v1/cart", Cart_Token=order["order_token"]),
        mobile().call("GET", path, Authorization=f"Bearer {order['order_token']}"),
    ]

    assert [answer.status for answer in swapped] == [404, 404, 404, 401]
    assert client.look(order)["status"] == "awaiting_payment"


def test_what_was_agreed_is_what_is_paid_whatever_changes_in_between(mobile, sandbox):
    client, variant = mobile(), make_variant(price="20.00", stock=5)
    quote = filled(client, variant)
    set_price(variant, "2000.00")
    changed = client.place(expected_total=quote["total"])
    cheaper = client.place(expected_total=euros("0.01"))
    set_price(variant, "20.00")
    order = client.place(expected_total=quote["total"]).body
    set_price(variant, "0.01")

    payment = client.intent(order, amount=euros("0.01"), currency="JPY").body

    assert [(answer.status, answer.code) for answer in (changed, cheaper)] == [(409, "quote_changed")] * 2
    assert payment["amount"] == order["total"] == quote["total"]
    assert client.confirm(order, payment).body["amount"] == quote["total"]
    deliver_all()
    assert client.look(order)["paid"] == quote["total"]


def test_an_amount_that_was_changed_at_the_provider_pays_nothing(mobile, sandbox):
    client, variant = mobile(), make_variant(price="20.00", stock=5)
    order = client.order({str(variant): 1})
    payment = client.intent(order).body
    intent = payment["client_secret"].partition("_secret_")[0]
    sandbox.client().v1.payment_intents.update(intent, {"amount": 1})

    answer = client.confirm(order, payment)
    deliver_all()

    assert (answer.status, answer.code) == (409, "payment_mismatch")
    assert client.look(order)["status"] == "awaiting_payment"


@pytest.mark.parametrize("amount", ["24.91", "1000000.00"])
def test_no_more_goes_back_than_came(mobile, sandbox, amount):
    client, staff, variant = mobile(), mobile().sign_in_as_staff(), make_variant(price="20.00", stock=5)
    order = client.order({str(variant): 1})
    payment = client.pay(order)
    deliver_all()
    body = {"payment_id": payment["id"], "reason": "late"}

    above = staff.call("POST", REFUND, body | {"amount": euros(amount)}, Idempotency_Key=key())
    part = staff.call("POST", REFUND, body | {"amount": euros("20.00")}, Idempotency_Key=key())
    second = staff.call("POST", REFUND, body | {"amount": euros("4.91")}, Idempotency_Key=key())
    deliver_all()

    assert (above.status, above.code, above.body["refundable"]) == (409, "refund_exceeds_captured", euros("24.90"))
    assert (part.status, second.status, second.body["refundable"]) == (201, 409, euros("4.90"))
    assert client.look(order)["refunded"] == euros("20.00")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_two_staff_who_refund_all_at_once_one_is_refused(mobile, sandbox):
    client, variant = mobile(), make_variant(price="20.00", stock=5)
    order = client.order({str(variant): 1})
    payment = client.pay(order)
    deliver_all()
    staff, together = [mobile().sign_in_as_staff() for _ in range(4)], Barrier(4)
    body = {"payment_id": payment["id"], "reason": "late", "amount": order["total"]}

    def refund(who):
        together.wait()
        try:
            return who.call("POST", REFUND, body, Idempotency_Key=key())
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(refund, staff))
    deliver_all()

    assert sorted(answer.status for answer in answers) == [201, 409, 409, 409]
    assert {answer.code for answer in answers if answer.status == 409} == {"refund_exceeds_captured"}
    moved = [(line["kind"], line["amount"]) for line in sandbox.ledger() if line["order_id"] == order["id"]]
    assert moved == [("charge", 2490), ("refund", 2490)]
    assert client.look(order)["refunded"] == order["total"]


def test_an_order_whose_time_to_pay_is_over_takes_no_payment(mobile, sandbox):
    client, variant = mobile(), make_variant(stock=5)
    order = client.order({str(variant): 1})
    late = clock.now() - timedelta(seconds=1)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE orders_order SET payment_deadline = %s WHERE id = %s", [late, order["id"]])

    answer = client.intent(order)

    assert (answer.status, answer.code) == (409, "not_payable")
    assert client.call("GET", f"/api/v1/orders/{order['id']}", **guest(order)).status == 200
