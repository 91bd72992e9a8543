"""Idempotency keys, as https://docs.stripe.com/api/idempotent_requests documents them.

"Stripe saves the status code and body of the first request made with a given idempotency key after
endpoint execution begins. Retries with the same key return the saved response, including 500 errors."
Conflicts and parameters that fail validation are not saved; keys may be pruned after 24 hours.
Errors: https://docs.stripe.com/error-low-level#idempotency and https://docs.stripe.com/error-codes#idempotency-key-in-use.
"""

import sqlite3
import threading
import uuid

import pytest
import stripe

from tests.payments.sandbox.process import start_sandbox


@pytest.fixture
def key():
    return {"idempotency_key": str(uuid.uuid4())}


def replayed(response):
    return response.last_response.headers.get("Idempotent-Replayed")


def test_a_repeat_gets_the_first_answer_and_does_nothing(sandbox, client, pay, key):
    """Retries return the saved response: https://docs.stripe.com/api/idempotent_requests"""
    first = pay(client, options=key)
    again = pay(client, options=key)

    assert again.to_dict() == first.to_dict()
    assert (replayed(first), replayed(again)) == (None, "true")
    assert again.last_response.headers["Original-Request"] == first.last_response.headers["Request-Id"]
    assert len([row for row in sandbox.ledger() if row["idempotency_key"] == key["idempotency_key"]]) == 1


def test_a_repeat_gets_the_old_answer_even_when_the_object_moved_on(client, pay, key):
    intent = pay(client, unpaid=True, options=key)
    client.v1.payment_intents.cancel(intent.id)

    assert pay(client, unpaid=True, options=key).status == "requires_payment_method"


def test_a_decline_is_saved_and_replayed(sandbox, client, pay, key):
    """A 402 comes after execution began, so it is saved: https://docs.stripe.com/api/idempotent_requests"""
    intent = pay(client, unpaid=True)
    answers = []
    for _ in range(2):
        with pytest.raises(stripe.CardError) as decline:
            client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa_chargeDeclined"}, key)
        answers.append(decline.value)

    assert answers[0].http_body == answers[1].http_body
    assert answers[1].headers["Idempotent-Replayed"] == "true"
    assert len(client.v1.charges.list({"payment_intent": intent.id}).data) == 1


def test_a_refusal_by_state_is_saved(client, pay, key):
    intent = pay(client)
    for replay in (None, "true"):
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"}, key)
        assert refusal.value.headers.get("Idempotent-Replayed") == replay


def test_a_refused_parameter_is_not_saved(client, pay, key):
    """ "If incoming parameters fail validation ... we don't save the idempotent result"."""
    with pytest.raises(stripe.InvalidRequestError):
        pay(client, amount=0, options=key)

    assert replayed(pay(client, options=key)) is None


def test_the_same_key_with_other_parameters_is_refused(client, pay, key):
    """ "errors if they're not the same to prevent accidental misuse": an `idempotency_error` of 400."""
    pay(client, options=key)

    with pytest.raises(stripe.IdempotencyError, match="same parameters they were first used with") as refusal:
        pay(client, amount=1, options=key)

    assert refusal.value.http_status == 400


def test_the_same_key_at_another_endpoint_is_refused(client, pay, key):
    intent = pay(client, options=key)

    with pytest.raises(stripe.IdempotencyError, match="same endpoint they were first used for"):
        client.v1.refunds.create({"payment_intent": intent.id}, key)


def test_the_order_of_parameters_does_not_matter(client, key):
    params = {"amount": 100, "currency": "eur", "metadata": {"a": "1", "b": "2"}}
    first = client.v1.payment_intents.create(params, key)
    again = client.v1.payment_intents.create({"metadata": {"b": "2", "a": "1"}, "currency": "eur", "amount": 100}, key)

    assert again.id == first.id


def test_keys_of_two_accounts_do_not_meet(sandbox, client, pay, key):
    other = sandbox.client(api_key="sk_test_other")

    assert pay(client, options=key).id != pay(other, options=key).id


def test_one_key_sent_twenty_times_at_once_charges_once(sandbox, pay, key):
    """A repeat while the first is under way is a conflict: https://docs.stripe.com/error-codes#idempotency-key-in-use"""
    sandbox.add_fault("slow", match={"path": "/v1/payment_intents"}, seconds=0.3)
    outcomes = []

    def send():
        try:
            outcomes.append(pay(sandbox.client(), options=key).id)
        except stripe.StripeError as error:
            outcomes.append((error.http_status, error.code or error.error.code))

    threads = [threading.Thread(target=send) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    answered = {each for each in outcomes if isinstance(each, str)}
    assert len(answered) == 1
    assert (409, "idempotency_key_in_use") in outcomes
    assert {each for each in outcomes if not isinstance(each, str)} == {(409, "idempotency_key_in_use")}
    assert len([row for row in sandbox.ledger() if row["idempotency_key"] == key["idempotency_key"]]) == 1


def test_the_clients_own_retries_turn_a_conflict_into_the_answer(sandbox, pay, key):
    sandbox.add_fault("slow", match={"path": "/v1/payment_intents"}, seconds=0.3)
    answers = []
    threads = [
        threading.Thread(target=lambda: answers.append(pay(sandbox.client(retries=5), options=key).id))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(answers) == 3
    assert len(set(answers)) == 1


def test_a_key_too_long_is_refused(client, pay):
    """Keys are "up to 255 characters long"."""
    with pytest.raises(stripe.InvalidRequestError, match="255"):
        pay(client, options={"idempotency_key": "k" * 256})


@pytest.mark.processes
def test_a_key_is_forgotten_after_a_day(tmp_path, pay, key):
    """ "You can remove keys from the system automatically after they're at least 24 hours old"."""
    with start_sandbox(state=tmp_path) as process:
        first = pay(process.client(), options=key)
        process.stop()
        with sqlite3.connect(tmp_path / "sandbox.sqlite3") as ledger:
            ledger.execute("UPDATE answers SET created = created - 86401")
        ledger.close()
        process.start()

        assert pay(process.client(), options=key).id != first.id
