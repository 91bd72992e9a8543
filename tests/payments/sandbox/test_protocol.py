"""Keys, headers, parameters and routes as the client sees them: https://docs.stripe.com/api."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
import stripe


@pytest.mark.parametrize(
    "authorization", [{"Authorization": "Bearer sk_test_sandbox"}, {"Authorization": "Basic c2tfdGVzdF9zYW5kYm94Og=="}]
)
def test_bearer_and_basic_keys_are_accepted(sandbox, authorization):
    """https://docs.stripe.com/api/authentication"""
    assert requests.get(f"{sandbox.url}/v1/payment_intents", headers=authorization, timeout=10).status_code == 200


def test_a_wrong_key_is_refused(sandbox):
    with pytest.raises(stripe.AuthenticationError, match=r"Invalid API Key provided: sk_test_\*+oops"):
        sandbox.client(api_key="sk_test_oops").v1.payment_intents.list()


@pytest.mark.parametrize("path", ["/v1/payment_intents", "/sandbox/ledger", "/sandbox/faults", "/sandbox/deliveries"])
def test_nothing_is_told_without_a_key(sandbox, path):
    assert requests.get(sandbox.url + path, timeout=10).status_code == 401


def test_a_publishable_key_cannot_steer_the_sandbox(sandbox):
    headers = {"Authorization": "Bearer pk_test_sandbox"}

    assert requests.delete(f"{sandbox.url}/sandbox/faults", headers=headers, timeout=10).status_code == 403


def test_answers_carry_request_id_and_version(sandbox, client, pay):
    """https://docs.stripe.com/api/request_ids and https://docs.stripe.com/api/versioning"""
    intent = pay(client, options={"stripe_version": "2025-01-27.acacia"})

    assert intent.last_response.headers["Request-Id"].startswith("req_")
    assert intent.last_response.headers["Stripe-Version"] == "2025-01-27.acacia"


def test_health_needs_no_key(sandbox):
    assert requests.get(f"{sandbox.url}/health", timeout=10).status_code == 200


@pytest.mark.parametrize(
    ("params", "param", "code"),
    [
        ({"currency": "eur"}, "amount", "parameter_missing"),
        ({"amount": 100}, "currency", "parameter_missing"),
        ({"amount": "12.90", "currency": "eur"}, "amount", "parameter_invalid_integer"),
        ({"amount": 0, "currency": "eur"}, "amount", "parameter_invalid_integer"),
        ({"amount": 100_000_000, "currency": "eur"}, "amount", "amount_too_large"),
        ({"amount": 100, "currency": "xxx"}, "currency", None),
        ({"amount": 100, "currency": "eur", "ammount": 1}, "ammount", "parameter_unknown"),
        ({"amount": 100, "currency": "eur", "capture_method": "later"}, "capture_method", None),
        ({"amount": 100, "currency": "eur", "return_url": "https://a.test"}, "return_url", None),
        ({"amount": 100, "currency": "eur", "metadata": {"k" * 41: "v"}}, "metadata[" + "k" * 41 + "]", None),
        ({"amount": 100, "currency": "eur", "metadata": {"k": "v" * 501}}, "metadata[k]", None),
        ({"amount": 100, "currency": "eur", "expand": ["customer"]}, "expand", None),
    ],
)
def test_a_wrong_parameter_is_named(client, params, param, code):
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.payment_intents.create(params)

    assert (refusal.value.http_status, refusal.value.param, refusal.value.code) == (400, param, code)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "/relative", "shop"])
def test_a_return_url_that_is_no_address_is_refused(client, pay, url):
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        pay(client, return_url=url)

    assert refusal.value.param == "return_url"


def test_an_unknown_address_is_not_found(sandbox):
    headers = {"Authorization": "Bearer sk_test_sandbox"}

    answer = requests.get(f"{sandbox.url}/v1/nothing", headers=headers, timeout=10)

    assert answer.status_code == 404
    assert answer.json()["error"]["message"] == "Unrecognized request URL (GET: /v1/nothing)."


@pytest.mark.parametrize(
    "body", [b"\xff\xfe", b"a[b]=1&a=2&amount", b"amount=1&amount[x]=2", b"metadata=1&amount=1&currency=eur"]
)
def test_a_garbled_body_is_the_callers_error(sandbox, body):
    headers = {"Authorization": "Bearer sk_test_sandbox"}

    answer = requests.post(f"{sandbox.url}/v1/payment_intents", data=body, headers=headers, timeout=10)

    assert answer.status_code == 400


def test_a_body_too_large_is_refused(sandbox):
    answer = requests.post(f"{sandbox.url}/v1/payment_intents", data=b"x" * 1_000_001, timeout=10)

    assert answer.status_code == 413


def test_a_hundred_requests_at_once_are_all_answered(sandbox, pay):
    def one(number):
        return pay(sandbox.client(), metadata={"order_id": f"many-{number}"}).status

    with ThreadPoolExecutor(100) as pool:
        statuses = list(pool.map(one, range(100)))

    assert statuses == ["succeeded"] * 100
    charged = [row["order_id"] for row in sandbox.ledger() if (row["order_id"] or "").startswith("many-")]
    assert len(charged) == len(set(charged)) == 100
