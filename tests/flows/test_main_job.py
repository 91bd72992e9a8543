"""From an empty cart to delivered, over REST, with real stock, real payments and the saga between them."""

from contextlib import nullcontext
from io import StringIO

import pytest
from django.core.management import call_command

from apps.kernel.ids import uuid7
from apps.messaging.testing import deliver_all
from apps.orders import verifying
from apps.payments import api as payments
from apps.web.testing import assert_queries
from tests.checkout.shopping import make_variant, stock_of
from tests.orders.paying import pass_deadline
from tests.shop.client import DECLINED, guest

pytestmark = pytest.mark.django_db


def email():
    return f"{uuid7().hex}@example.com"


def after_messages(client, order):
    deliver_all()
    return client.look(order)


def charges(sandbox, order):
    return [line for line in sandbox.ledger() if line["order_id"] == order["id"] and line["kind"] == "charge"]


def test_guest_buys_and_staff_ship(mobile, sandbox):
    client, variant = mobile(), make_variant(price="20.00", stock=10)
    order = client.order({str(variant): 2}, email())

    paid = client.pay(order)
    processing = after_messages(client, order)
    staff = mobile().sign_in_as_staff()
    body = {"tracking_number": "TRACK-1", "carrier": "DHL", "lines": {processing["items"][0]["id"]: 2}}
    staff.expect(201, "POST", f"/api/v1/staff/orders/{order['id']}/shipments", body)
    deliver_all()
    staff.expect(200, "POST", f"/api/v1/staff/orders/{order['id']}/deliver", {})

    assert (order["status"], paid["status"], processing["status"]) == ("awaiting_payment", "succeeded", "processing")
    final = after_messages(client, order)
    assert (final["status"], final["payment_status"], final["fulfilment_status"]) == ("delivered", "paid", "delivered")
    assert stock_of(variant) == (8, 0)
    tracking = client.expect(200, "GET", f"/api/v1/orders/{order['id']}/tracking", **guest(order))
    assert [event["type"] for event in tracking["events"]] == ["placed", "paid", "shipped", "delivered"]
    assert len(charges(sandbox, order)) == 1


def test_customer_buys_cancels_and_gets_the_money_back(mobile, sandbox):
    client, variant = mobile().register(email()), make_variant(stock=3)
    order = client.order({str(variant): 1})
    client.pay(order)
    deliver_all()

    cancelled = client.expect(200, "PUT", f"/api/v1/orders/{order['id']}/cancel")

    assert cancelled["status"] == "cancelled"
    final = after_messages(client, order)
    assert (final["status"], final["payment_status"]) == ("cancelled", "refunded")
    assert final["refunded"] == order["total"]
    assert stock_of(variant) == (3, 0)
    mine = client.expect(200, "GET", "/api/v1/orders")["results"]
    assert [(found["id"], found["status"]) for found in mine] == [(order["id"], "cancelled")]


def test_declined_card_leaves_the_order_payable_by_another(mobile, sandbox):
    client = mobile()
    order = client.order({str(make_variant()): 1}, email())
    payment = client.intent(order).body

    declined = client.confirm(order, payment, DECLINED)
    between = after_messages(client, order)
    client.confirm(order, payment)

    assert (declined.status, declined.code) == (402, "card_declined")
    assert between["status"] == "awaiting_payment"
    assert after_messages(client, order)["status"] == "processing"
    assert len(charges(sandbox, order)) == 1


def test_hosted_page_left_open_until_the_deadline_cannot_be_paid_any_more(mobile, sandbox):
    client, variant = mobile(), make_variant(stock=1)
    order = client.order({str(variant): 1}, email())
    payment = client.intent(order, return_url="http://testserver/orders/1").body
    assert payment["redirect_url"].startswith(sandbox.url)

    pass_deadline(order["id"])
    final = after_messages(client, order)

    assert (final["status"], final["payment_status"]) == ("cancelled", "unpaid")
    assert payments.get_payment(payment_id=payment["id"]).status is payments.PaymentStatus.CANCELLED
    assert stock_of(variant) == (1, 0)
    assert client.intent(order).code == "not_payable"


def test_two_tabs_pay_one_order_once(mobile, sandbox):
    client = mobile()
    order = client.order({str(make_variant()): 1}, email())

    first, second = client.intent(order).body, client.intent(order).body
    client.confirm(order, first)
    again = client.confirm(order, second)

    assert first["id"] == second["id"]
    assert again.status in (200, 409)
    assert after_messages(client, order)["status"] == "processing"
    assert len(charges(sandbox, order)) == 1


def test_whole_checkout_costs_at_most_sixty_statements(mobile):
    variant, client = make_variant(), mobile()

    with assert_queries(at_most=60) as statements:
        order = client.order({str(variant): 2}, email())
        client.pay(order)

    assert len(statements) > 30
    assert after_messages(client, order)["status"] == "processing"


def test_histories_of_a_busy_shop_fold_to_its_orders(mobile, sandbox, monkeypatch):
    monkeypatch.setattr(verifying, "_snapshot", nullcontext)
    variant = make_variant(stock=5)
    for step in range(5):
        client = mobile()
        order = client.order({str(variant): 1}, email())
        if step % 2:
            client.pay(order)
            deliver_all()
        if step > 2:
            client.expect(200, "PUT", f"/api/v1/orders/{order['id']}/cancel", **guest(order))
    deliver_all()

    out = StringIO()
    call_command("verify_orders", stdout=out)

    assert "5 orders" in out.getvalue()
