"""Scripted faults of requests: each breaks one exact thing and nothing else."""

import time
import uuid

import pytest
import requests
import stripe


@pytest.fixture(autouse=True)
def _no_faults_left(sandbox):
    yield
    sandbox.clear_faults()


@pytest.fixture
def key():
    return {"idempotency_key": str(uuid.uuid4())}


def charges(sandbox, key):
    return [row for row in sandbox.ledger() if row["idempotency_key"] == key["idempotency_key"]]


def test_a_charge_whose_answer_times_out_was_made_and_the_repeat_tells(sandbox, pay, key):
    sandbox.add_fault("charge_then_timeout", match={"path": "/v1/payment_intents*", "method": "POST"}, seconds=5)

    with pytest.raises(stripe.APIConnectionError):
        pay(sandbox.client(timeout=0.5), options=key)

    assert len(charges(sandbox, key)) == 1
    again = pay(sandbox.client(), options=key)
    assert again.status == "succeeded"
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert len(charges(sandbox, key)) == 1


def test_an_unanswered_connection_closes_in_the_end(sandbox, pay, key):
    sandbox.add_fault("charge_then_timeout", seconds=0.2)

    with pytest.raises(stripe.APIConnectionError):
        pay(sandbox.client(timeout=10), options=key)


def test_an_error_500_does_nothing_and_is_not_kept(sandbox, client, pay, key):
    sandbox.add_fault("error_500")

    with pytest.raises(stripe.APIError) as error:
        pay(client, options=key)

    assert error.value.http_status == 500
    assert charges(sandbox, key) == []
    assert pay(client, options=key).status == "succeeded"


def test_a_replayed_error_500_stays_though_the_charge_was_made(sandbox, client, pay, key):
    """ "Retries with the same key return the saved response, including 500 errors":
    https://docs.stripe.com/api/idempotent_requests
    """
    sandbox.add_fault("error_500_replayed")

    for replay in (None, "true", "true"):
        with pytest.raises(stripe.APIError) as error:
            pay(client, options=key, metadata={"order_id": "lost-500"})
        assert error.value.http_status == 500
        assert error.value.headers.get("Idempotent-Replayed") == replay

    found = client.v1.payment_intents.search({"query": "metadata['order_id']:'lost-500'"})
    assert [intent.status for intent in found.data] == ["succeeded"]
    assert len(charges(sandbox, key)) == 1


def test_a_replayed_error_500_may_also_hide_that_nothing_was_done(sandbox, client, pay, key):
    sandbox.add_fault("error_500_replayed", executes=False)

    for _ in range(2):
        with pytest.raises(stripe.APIError):
            pay(client, options=key)

    assert charges(sandbox, key) == []


def test_a_slow_answer_comes_late_and_right(sandbox, client, pay):
    sandbox.add_fault("slow", seconds=0.4)
    started = time.monotonic()

    assert pay(client).status == "succeeded"
    assert time.monotonic() - started >= 0.4


def test_a_rate_limit_is_a_429(sandbox, client, pay, key):
    """https://docs.stripe.com/rate-limits"""
    sandbox.add_fault("rate_limited")

    with pytest.raises(stripe.RateLimitError):
        pay(client, options=key)

    assert pay(client, options=key).last_response.headers.get("Idempotent-Replayed") is None


def test_a_conflict_is_a_409(sandbox, client, pay):
    sandbox.add_fault("conflict")

    with pytest.raises(stripe.APIError) as error:
        pay(client)

    assert error.value.http_status == 409


@pytest.mark.parametrize(("executes", "made"), [(False, 0), (True, 1)])
def test_a_connection_reset_before_or_after_the_work(sandbox, pay, key, executes, made):
    sandbox.add_fault("connection_reset", executes=executes)

    with pytest.raises(stripe.APIConnectionError, match="reset"):
        pay(sandbox.client(), options=key)

    assert len(charges(sandbox, key)) == made


def test_the_clients_own_retries_get_over_a_reset(sandbox, pay, key):
    sandbox.add_fault("connection_reset", times=2)

    assert pay(sandbox.client(retries=3), options=key).status == "succeeded"
    assert len(charges(sandbox, key)) == 1


def test_a_fault_hits_only_what_it_matches_and_as_often_as_told(sandbox, client, pay):
    match = {"path": "/v1/payment_intents/*/confirm", "method": "POST", "metadata": {"order_id": "hit"}}
    sandbox.add_fault("rate_limited", match=match, times=2)
    target = pay(client, unpaid=True, metadata={"order_id": "hit"})
    other = pay(client, unpaid=True, metadata={"order_id": "miss"})
    method = {"payment_method": "pm_card_visa"}

    assert client.v1.payment_intents.confirm(other.id, method).status == "succeeded"
    assert client.v1.payment_intents.retrieve(target.id).status == "requires_payment_method"
    for _ in range(2):
        with pytest.raises(stripe.RateLimitError):
            client.v1.payment_intents.confirm(target.id, method)
    assert client.v1.payment_intents.confirm(target.id, method).status == "succeeded"


def test_a_fault_matches_a_refund_by_the_metadata_of_its_intent(sandbox, client, pay):
    intent = pay(client, metadata={"order_id": "refund-me"})
    sandbox.add_fault("rate_limited", match={"path": "/v1/refunds", "metadata": {"order_id": "refund-me"}})

    with pytest.raises(stripe.RateLimitError):
        client.v1.refunds.create({"payment_intent": intent.id})


def test_a_fault_without_chance_never_hits(sandbox, client, pay):
    sandbox.add_fault("error_500", probability=0)

    assert pay(client).status == "succeeded"


def test_faults_are_listed_and_cleared(sandbox):
    sandbox.add_fault("slow", seconds=3, times=4)
    sandbox.add_fault("webhook_lost", times=None)

    listed = sandbox.control("GET", "/sandbox/faults")["data"]

    assert [(fault["kind"], fault["seconds"], fault["remaining"]) for fault in listed] == [
        ("slow", 3, 4),
        ("webhook_lost", 0, None),
    ]
    assert sandbox.control("DELETE", "/sandbox/faults") == {"data": []}
    assert sandbox.control("GET", "/sandbox/faults") == {"data": []}


@pytest.mark.parametrize(
    ("spec", "param"),
    [
        ({"kind": "meteor"}, "kind"),
        ({"kind": "slow", "secs": 1}, "secs"),
        ({"kind": "slow", "seconds": -1}, "seconds"),
        ({"kind": "slow", "times": 0}, "times"),
        ({"kind": "slow", "probability": 2}, "probability"),
        ({"kind": "slow", "match": {"type": "x"}}, "match"),
        ({"kind": "webhook_lost", "match": {"path": "x"}}, "match"),
        ({"kind": "slow", "executes": "yes"}, "executes"),
    ],
)
def test_a_wrong_fault_names_the_field(sandbox, spec, param):
    headers = {"Authorization": f"Bearer {sandbox.api_key}"}

    answer = requests.post(f"{sandbox.url}/sandbox/faults", json=spec, headers=headers, timeout=10)

    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)
