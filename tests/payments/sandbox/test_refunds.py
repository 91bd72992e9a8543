"""Refunds: https://docs.stripe.com/refunds and https://docs.stripe.com/api/refunds."""

import threading

import pytest
import stripe

from tests.payments.sandbox.receiver import wait_until


def moves(sandbox, intent):
    return [(row["kind"], row["amount"]) for row in sandbox.ledger() if row["payment_intent"] == intent.id]


def test_a_refund_without_an_amount_gives_everything_back(sandbox, client, pay):
    intent = pay(client, metadata={"order_id": "7"})

    refund = client.v1.refunds.create(
        {"payment_intent": intent.id, "reason": "requested_by_customer", "metadata": {"rma": "1"}}
    )

    assert (refund.status, refund.amount, refund.currency) == ("succeeded", 8490, "eur")
    assert (refund.reason, refund.metadata["rma"], refund.charge) == (
        "requested_by_customer",
        "1",
        intent.latest_charge,
    )
    charge = client.v1.charges.retrieve(intent.latest_charge, {"expand": ["refunds"]})
    assert (charge.refunded, charge.amount_refunded) == (True, 8490)
    assert [each.id for each in charge.refunds.data] == [refund.id]
    assert moves(sandbox, intent) == [("charge", 8490), ("refund", 8490)]
    assert {row["order_id"] for row in sandbox.ledger() if row["payment_intent"] == intent.id} == {"7"}


def test_refunds_add_up_to_the_charge_and_not_beyond(sandbox, client, pay):
    """The refusal names `amount`: https://docs.stripe.com/api/refunds/create"""
    intent = pay(client)
    client.v1.refunds.create({"charge": intent.latest_charge, "amount": 8000})

    with pytest.raises(
        stripe.InvalidRequestError, match=r"greater than unrefunded amount on charge \(4.90 EUR\)"
    ) as refusal:
        client.v1.refunds.create({"charge": intent.latest_charge, "amount": 491})
    client.v1.refunds.create({"charge": intent.latest_charge})

    assert (refusal.value.http_status, refusal.value.param) == (400, "amount")
    assert moves(sandbox, intent) == [("charge", 8490), ("refund", 8000), ("refund", 490)]


def test_a_charge_fully_refunded_cannot_be_refunded_again(client, pay):
    """https://docs.stripe.com/error-codes#charge-already-refunded"""
    intent = pay(client)
    client.v1.refunds.create({"payment_intent": intent.id})

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.refunds.create({"payment_intent": intent.id})

    assert refusal.value.code == "charge_already_refunded"


def test_two_refunds_at_once_never_exceed_the_charge(sandbox, client, pay):
    intent = pay(client)

    def refund():
        try:
            sandbox.client().v1.refunds.create({"payment_intent": intent.id, "amount": 5000})
        except stripe.InvalidRequestError:
            return

    threads = [threading.Thread(target=refund) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert moves(sandbox, intent) == [("charge", 8490), ("refund", 5000)]


def test_after_a_partial_capture_only_the_captured_part_can_be_refunded(client, pay):
    intent = pay(client, capture_method="manual")
    client.v1.payment_intents.capture(intent.id, {"amount_to_capture": 5000})

    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded amount"):
        client.v1.refunds.create({"payment_intent": intent.id, "amount": 5001})
    assert client.v1.refunds.create({"payment_intent": intent.id}).amount == 5000


@pytest.mark.parametrize("params", [{"unpaid": True}, {"capture_method": "manual"}])
def test_what_was_not_taken_cannot_be_refunded(client, pay, params):
    intent = pay(client, **params)

    with pytest.raises(stripe.InvalidRequestError, match="does not have a successful charge to refund"):
        client.v1.refunds.create({"payment_intent": intent.id})


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({}, None),
        ({"payment_intent": "pi_none"}, "payment_intent"),
        ({"charge": "ch_none"}, "charge"),
        ({"charge": "ch_none", "reason": "because"}, "reason"),
        ({"charge": "ch_none", "amount": 0}, "amount"),
    ],
)
def test_a_wrong_refund_names_the_parameter(client, params, param):
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.refunds.create(params)

    assert refusal.value.param == param


def test_refunds_are_listed_by_intent_and_by_charge(client, pay):
    intent = pay(client)
    made = [client.v1.refunds.create({"payment_intent": intent.id, "amount": 100}).id for _ in range(3)]

    by_intent = client.v1.refunds.list({"payment_intent": intent.id})
    by_charge = client.v1.refunds.list({"charge": intent.latest_charge, "limit": 2})

    assert [each.id for each in by_intent.data] == made[::-1]
    assert [each.id for each in by_charge.data] == made[:0:-1]
    assert (
        client.v1.refunds.retrieve(made[0], {"expand": ["charge.payment_intent"]}).charge.payment_intent.id == intent.id
    )


def test_a_refund_may_fail_later_and_the_money_comes_back(hooked, receiver, pay):
    """https://docs.stripe.com/refunds#failed-refunds"""
    client = hooked.client()
    intent = pay(client)
    hooked.add_fault("refund_fails_later", match={"path": "/v1/refunds"}, seconds=0.2)

    refund = client.v1.refunds.create({"payment_intent": intent.id})

    assert refund.status == "succeeded"
    failed = receiver.wait_for("refund.failed")[0].event["data"]["object"]
    assert (failed["id"], failed["status"], failed["failure_reason"]) == (
        refund.id,
        "failed",
        "expired_or_canceled_card",
    )
    assert client.v1.charges.retrieve(intent.latest_charge).amount_refunded == 0
    assert moves(hooked, intent) == [("charge", 8490), ("refund", 8490), ("refund_failure", 8490)]


@pytest.mark.parametrize(
    ("token", "first", "last"),
    [("pm_card_refundFail", "succeeded", "failed"), ("pm_card_pendingRefund", "pending", "succeeded")],
)
def test_refund_test_cards_end_as_documented(client, pay, token, first, last):
    """https://docs.stripe.com/testing#refunds"""
    intent = pay(client, payment_method=token)

    refund = client.v1.refunds.create({"payment_intent": intent.id})

    assert refund.status == first
    wait_until(lambda: client.v1.refunds.retrieve(refund.id).status == last, what=f"the refund is {last}")
