"""PaymentIntents through the official client.

States and transitions: https://docs.stripe.com/payments/intents.
"""

import threading
import time

import pytest
import stripe


def test_an_intent_without_a_method_waits_for_one(client, pay):
    intent = pay(client, unpaid=True, description="Order 7", receipt_email="a@example.com", metadata={"order_id": "7"})

    assert intent.status == "requires_payment_method"
    assert intent.client_secret.startswith(intent.id + "_secret_")
    assert (intent.description, intent.receipt_email, intent.metadata["order_id"]) == ("Order 7", "a@example.com", "7")
    assert intent.latest_charge is None
    assert intent.amount_received == 0


def test_an_intent_with_a_method_waits_for_confirmation(client, pay):
    intent = pay(client, unpaid=True, payment_method="pm_card_visa")

    assert intent.status == "requires_confirmation"
    assert client.v1.payment_intents.confirm(intent.id).status == "succeeded"


def test_confirming_with_a_good_card_takes_the_money(client, pay):
    intent = pay(client, unpaid=True)

    paid = client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa", "expand": ["latest_charge"]})

    assert (paid.status, paid.amount_received) == ("succeeded", 8490)
    assert paid.latest_charge.captured is True
    assert paid.latest_charge.payment_method_details.card.last4 == "4242"
    assert client.v1.charges.retrieve(paid.latest_charge.id).payment_intent == intent.id


def test_a_succeeded_intent_cannot_be_confirmed_again(client, pay):
    intent = pay(client)

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})

    assert refusal.value.code == "payment_intent_unexpected_state"
    assert refusal.value.error.payment_intent.status == "succeeded"


def test_two_confirms_at_once_make_one_charge(sandbox, client, pay):
    intent = pay(client, unpaid=True)
    outcomes = []

    def confirm():
        try:
            mine = sandbox.client()
            outcomes.append(mine.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"}).status)
        except stripe.InvalidRequestError as refusal:
            outcomes.append(refusal.code)

    threads = [threading.Thread(target=confirm) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["payment_intent_unexpected_state"] * 7 + ["succeeded"]
    assert [row["kind"] for row in sandbox.ledger() if row["payment_intent"] == intent.id] == ["charge"]


def test_manual_capture_authorises_first_and_moves_no_money(sandbox, client, pay):
    intent = pay(client, capture_method="manual")

    assert (intent.status, intent.amount_capturable, intent.amount_received) == ("requires_capture", 8490, 0)
    assert [row for row in sandbox.ledger() if row["payment_intent"] == intent.id] == []


def test_capturing_a_part_releases_the_rest(sandbox, client, pay):
    intent = pay(client, capture_method="manual")

    captured = client.v1.payment_intents.capture(intent.id, {"amount_to_capture": 5000, "expand": ["latest_charge"]})

    assert (captured.status, captured.amount, captured.amount_received) == ("succeeded", 8490, 5000)
    assert captured.amount_capturable == 0
    assert captured.latest_charge.amount_captured == 5000
    moves = [(row["kind"], row["amount"]) for row in sandbox.ledger() if row["payment_intent"] == intent.id]
    assert moves == [("charge", 5000), ("void", 3490)]


def test_capturing_more_than_authorised_is_refused(client, pay):
    intent = pay(client, capture_method="manual")

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.payment_intents.capture(intent.id, {"amount_to_capture": 8491})

    assert (refusal.value.code, refusal.value.param) == ("amount_too_large", "amount_to_capture")


def test_only_an_authorised_intent_can_be_captured(client, pay):
    intent = pay(client)

    with pytest.raises(stripe.InvalidRequestError, match="could not be captured because it has a status of succeeded"):
        client.v1.payment_intents.capture(intent.id)


def test_cancelling_an_authorisation_releases_it(sandbox, client, pay):
    intent = pay(client, capture_method="manual")

    cancelled = client.v1.payment_intents.cancel(intent.id, {"cancellation_reason": "abandoned"})

    assert (cancelled.status, cancelled.cancellation_reason) == ("canceled", "abandoned")
    assert cancelled.amount_capturable == 0
    moves = [(row["kind"], row["amount"]) for row in sandbox.ledger() if row["payment_intent"] == intent.id]
    assert moves == [("void", 8490)]


@pytest.mark.parametrize("again", ["cancel", "confirm", "capture"])
def test_a_cancelled_intent_stays_cancelled(client, pay, again):
    intent = pay(client, unpaid=True, payment_method="pm_card_visa")
    client.v1.payment_intents.cancel(intent.id)

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        getattr(client.v1.payment_intents, again)(intent.id)

    assert refusal.value.code == "payment_intent_unexpected_state"


def test_a_paid_intent_cannot_be_cancelled(client, pay):
    intent = pay(client)

    with pytest.raises(stripe.InvalidRequestError, match="because it has a status of succeeded"):
        client.v1.payment_intents.cancel(intent.id)


def test_an_unpaid_intent_takes_a_new_amount_and_metadata(client, pay):
    intent = pay(client, unpaid=True, metadata={"order_id": "7", "note": "x"})

    updated = client.v1.payment_intents.update(intent.id, {"amount": 100, "metadata": {"note": "", "more": "y"}})

    assert updated.amount == 100
    assert updated.metadata.to_dict() == {"order_id": "7", "more": "y"}


def test_an_unknown_intent_is_not_found(client):
    with pytest.raises(stripe.InvalidRequestError, match="No such payment_intent: 'pi_none'") as refusal:
        client.v1.payment_intents.retrieve("pi_none")

    assert (refusal.value.http_status, refusal.value.code) == (404, "resource_missing")


def test_confirming_with_dashboard_methods_needs_a_return_url(client):
    """https://docs.stripe.com/api/payment_intents/create#create_payment_intent-return_url"""
    params = {"amount": 100, "currency": "eur", "payment_method": "pm_card_visa", "confirm": True}

    with pytest.raises(stripe.InvalidRequestError, match="you must provide a `return_url`"):
        client.v1.payment_intents.create(params)
    never = {"automatic_payment_methods": {"enabled": True, "allow_redirects": "never"}}
    assert client.v1.payment_intents.create(params | never).status == "succeeded"
    assert client.v1.payment_intents.create(params | {"return_url": "https://shop.test/r"}).status == "succeeded"


def test_intents_are_listed_newest_first_in_pages(client, pay):
    made = [pay(client, unpaid=True).id for _ in range(5)]

    first = client.v1.payment_intents.list({"limit": 2})
    second = client.v1.payment_intents.list({"limit": 2, "starting_after": first.data[-1].id})
    back = client.v1.payment_intents.list({"limit": 2, "ending_before": second.data[0].id})

    assert first.has_more
    assert [intent.id for intent in [*first.data, *second.data]] == made[:0:-1]
    assert [intent.id for intent in back.data] == made[:2:-1]


def test_intents_are_listed_by_creation_time(client, pay):
    intent = pay(client, unpaid=True)

    found = client.v1.payment_intents.list({"created": {"gte": intent.created}, "limit": 100})
    none = client.v1.payment_intents.list({"created": {"gt": int(time.time()) + 60}})

    assert intent.id in [each.id for each in found.data]
    assert none.data == []


def test_intents_are_found_by_metadata(client, pay):
    intent = pay(client, metadata={"order_id": "find-me"})
    pay(client, unpaid=True, metadata={"order_id": "find-me"})

    found = client.v1.payment_intents.search({"query": "metadata['order_id']:'find-me' AND status:'succeeded'"})

    assert [each.id for each in found.data] == [intent.id]


def test_an_app_confirms_with_its_publishable_key_and_the_client_secret(sandbox, client, pay):
    intent = pay(client, unpaid=True)
    app = sandbox.client(api_key=sandbox.api_key.replace("sk_", "pk_"))
    secret = {"client_secret": intent.client_secret}

    with pytest.raises(stripe.InvalidRequestError, match="client_secret"):
        app.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa", "client_secret": "guess"})
    with pytest.raises(stripe.AuthenticationError, match="publishable"):
        app.v1.payment_intents.cancel(intent.id)
    assert app.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa", **secret}).status == "succeeded"
