"""Payments over REST: only the owner's, once per key, and webhooks as the provider sends them."""

import json
import uuid

import pytest
from django.test import Client

from apps.kernel.ids import uuid7
from apps.payments import api as payments
from apps.web import tokens
from apps.web.authentication import issue_access_token
from apps.web.testing import assert_queries
from tests.payments.sandbox.checkout import choose
from tests.payments.sandbox.process import start_sandbox
from tests.payments.sandbox.receiver import wait_until
from tests.payments.shop import AUTHENTICATE, DECLINED, RETURN_URL, VISA, Shop

pytestmark = pytest.mark.django_db
CONFIRM = "/api/v1/payments/confirm"


def guest_of(order_id):
    return {"Order-Token": tokens.sign(subject=str(order_id), purpose="order", days=1)}


def customer(customer_id):
    return {"Authorization": f"Bearer {issue_access_token(user_id=customer_id, is_staff=False)}"}


def confirm(payment, method=VISA, *, key=None, headers=None):
    body = {"payment_id": str(payment.id), "payment_method": method}
    headers = {"Idempotency-Key": key or str(uuid.uuid4()), **(headers or {})}
    return Client().post(CONFIRM, json.dumps(body), "application/json", headers=headers)


def look(payment, headers=None):
    return Client().get(f"/api/v1/payments/{payment.id}", headers=headers or {})


def test_guest_pays_with_the_orders_token(shop):
    payment = shop.open()

    answer = confirm(payment, headers=guest_of(payment.order_id))

    assert (answer.status_code, answer.json()["status"]) == (200, "succeeded")
    assert answer.json()["amount"] == {"amount": "84.90", "currency": "EUR"}


def test_customer_pays_what_was_opened_for_them(shop):
    me = uuid7()
    payment = shop.open(customer_id=me)

    assert confirm(payment, headers=customer(me)).json()["status"] == "succeeded"
    assert look(payment, customer(me)).json()["status"] == "succeeded"


def strangers():
    return {
        "nobody": lambda payment: {},
        "another customer": lambda payment: customer(uuid7()),
        "token of another order": lambda payment: guest_of(uuid7()),
        "token for another purpose": lambda payment: {
            "Order-Token": tokens.sign(subject=str(payment.order_id), purpose="cart", days=1)
        },
        "expired token": lambda payment: {
            "Order-Token": tokens.sign(subject=str(payment.order_id), purpose="order", days=-1)
        },
        "tampered token": lambda payment: {"Order-Token": guest_of(payment.order_id)["Order-Token"][:-1] + "!"},
        "token that names no order": lambda payment: {
            "Order-Token": tokens.sign(subject="nonsense", purpose="order", days=1)
        },
    }


@pytest.mark.parametrize("who", strangers())
@pytest.mark.parametrize("owner", [None, uuid.UUID(int=7)])
def test_strangers_get_404_and_nothing_happens(shop, who, owner):
    payment = shop.open(customer_id=owner)
    headers = strangers()[who](payment)

    answers = [look(payment, headers), confirm(payment, headers=headers)]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(404, "payment_not_found")] * 2
    assert shop.charges(payment.order_id) == []


def test_declined_card_is_402_and_its_repeat_is_the_stored_answer(shop):
    payment = shop.open()
    owner = guest_of(payment.order_id)

    first, second = (confirm(payment, DECLINED, key="k", headers=owner) for _ in range(2))

    assert (first.status_code, first.json()["code"]) == (402, "card_declined")
    assert first.json()["decline_code"] == "generic_decline"
    assert (second.status_code, second["Idempotent-Replayed"]) == (402, "true")
    assert confirm(payment, VISA, headers=owner).json()["status"] == "succeeded"


def test_authentication_at_the_bank_leads_there_and_back_to_the_shop(shop, settings):
    payment = shop.open()

    answer = confirm(payment, AUTHENTICATE, headers=guest_of(payment.order_id)).json()

    assert answer["status"] == "requires_action"
    assert answer["redirect_url"].startswith(shop.provider.url)
    intent = shop.provider.client().v1.payment_intents.retrieve(shop.row(payment).intent_id)
    back_to = intent.next_action.redirect_to_url.return_url
    assert back_to == f"{settings.STOREFRONT_URL}/checkout/return/{payment.order_id}/"


@pytest.mark.parametrize(
    "body", [{}, {"payment_id": "x", "payment_method": "y"}, {"payment_id": str(uuid.UUID(int=1))}, [], "x", 3]
)
def test_body_that_does_not_fit_is_400(shop, body):
    answer = Client().post(CONFIRM, json.dumps(body), "application/json", headers={"Idempotency-Key": "k"})

    assert answer.status_code == 400


def test_key_is_required(shop):
    payment = shop.open()
    body = {"payment_id": str(payment.id), "payment_method": VISA}

    answer = Client().post(CONFIRM, json.dumps(body), "application/json", headers=guest_of(payment.order_id))

    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_required")


def test_unknown_token_of_a_card_is_400_with_its_field(shop):
    payment = shop.open()

    answer = confirm(payment, "4242424242424242", headers=guest_of(payment.order_id))

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "payment_method"


def test_provider_that_is_down_is_503_with_retry_after(shop):
    payment = shop.open()
    shop.provider.add_fault("error_500", times=3, match={"path": "/v1/payment_intents/*/confirm"})

    first = confirm(payment, key="k", headers=guest_of(payment.order_id))
    second = confirm(payment, key="k", headers=guest_of(payment.order_id))

    assert (first.status_code, first.json()["code"]) == (503, "provider_unavailable")
    assert int(first["Retry-After"]) >= 1
    assert second.json()["status"] == "succeeded"


def test_requests_cost_few_statements(shop):
    payment = shop.open()
    owner = guest_of(payment.order_id)

    with assert_queries(at_most=1):
        look(payment, owner)
    with assert_queries(at_most=14):
        confirm(payment, headers=owner)


def test_webhook_costs_one_statement(shop):
    payment = shop.paid()
    (received,) = shop.webhooks(payment, "payment_intent.succeeded")

    with assert_queries(at_most=1):
        answer = Client().post(
            "/api/v1/payments/webhooks/stripe",
            received.body,
            "application/json",
            headers={"Stripe-Signature": received.signature},
        )

    assert answer.status_code == 200


def test_webhook_without_a_signature_is_400(shop):
    answer = Client().post("/api/v1/payments/webhooks/stripe", b"{}", "application/json")

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_signature")


@pytest.mark.parametrize("provider", ["paypal", "manual"])
def test_webhook_of_nobody_is_400(shop, provider):
    answer = Client().post(f"/api/v1/payments/webhooks/{provider}", b"{}", "application/json")

    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_provider")


def test_webhook_larger_than_allowed_is_413(shop, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000

    answer = Client().post("/api/v1/payments/webhooks/stripe", b"x" * 1001, "application/json")

    assert answer.status_code == 413


@pytest.mark.django_db(transaction=True)
@pytest.mark.processes
@pytest.mark.parametrize(
    "kind",
    [
        "",
        "webhook_duplicate",
        "webhook_reordered",
        "webhook_before_answer",
        "webhook_old_signature",
        "webhook_wrong_secret",
    ],
)
def test_webhooks_over_http_pay_once_whatever_happens_to_them(live_server, settings, kind):
    url = f"{live_server.url}/api/v1/payments/webhooks/stripe"
    with start_sandbox(webhook_url=url) as provider:
        settings.STRIPE_API_KEY, settings.STRIPE_API_BASE = provider.api_key, provider.url
        settings.STRIPE_WEBHOOK_SECRET = provider.webhook_secret
        shop = Shop(provider=provider, receiver=None)
        if kind:
            provider.add_fault(kind, times=20)
        payment = shop.open(return_url=RETURN_URL)
        choose(payment.redirect_url, "approve")
        wait_until(lambda: {each["state"] for each in provider.deliveries()} == {"delivered"}, what="all delivered")
        shop.work()

        assert shop.look(payment).status is payments.PaymentStatus.SUCCEEDED
        assert shop.events(payment) == ["payment_succeeded"]
        shop.assert_ledgers_agree(payment)
