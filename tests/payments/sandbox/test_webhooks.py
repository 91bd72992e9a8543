"""Webhooks: signatures by https://docs.stripe.com/webhooks#verify-official-libraries, retries, and scripted faults."""

import time
from itertools import pairwise

import pytest
import stripe

from tests.payments.sandbox.checkout import choose, open_session
from tests.payments.sandbox.process import start_sandbox
from tests.payments.sandbox.receiver import wait_until


def verified(sandbox, received):
    return stripe.Webhook.construct_event(received.body, received.signature, sandbox.webhook_secret)


def states(sandbox, kind):
    return [each["state"] for each in sandbox.deliveries() if each["type"] == kind][-1]


def test_a_webhook_is_signed_as_the_client_verifies(hooked, receiver, pay):
    intent = pay(hooked.client(), metadata={"order_id": "7"})

    received = receiver.wait_for("payment_intent.succeeded")[0]

    event = verified(hooked, received)
    assert event.data.object.id == intent.id
    assert event.data.object.metadata["order_id"] == "7"
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(received.body, received.signature, "whsec_another")
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(
            received.body.replace(b"8490", b"8491"), received.signature, hooked.webhook_secret
        )


def fail(client, pay):
    with pytest.raises(stripe.CardError):
        pay(client, payment_method="pm_card_visa_chargeDeclined")


def refund(client, pay):
    client.v1.refunds.create({"payment_intent": pay(client).id})


def cancel(client, pay):
    client.v1.payment_intents.cancel(pay(client, unpaid=True).id)


def check_out(client, pay):
    choose(open_session(client).url, "approve")


def expire(client, pay):
    client.v1.checkout.sessions.expire(open_session(client).id)


@pytest.mark.parametrize(
    ("act", "kinds"),
    [
        (lambda client, pay: pay(client), ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]),
        (fail, ["payment_intent.created", "charge.failed", "payment_intent.payment_failed"]),
        (refund, ["refund.created", "charge.refunded"]),
        (cancel, ["payment_intent.canceled"]),
        (check_out, ["payment_intent.succeeded", "checkout.session.completed"]),
        (expire, ["checkout.session.expired"]),
        (
            lambda client, pay: pay(client, payment_method="pm_card_threeDSecure2Required"),
            ["payment_intent.requires_action"],
        ),
        (lambda client, pay: pay(client, capture_method="manual"), ["payment_intent.amount_capturable_updated"]),
    ],
)
def test_what_happens_is_told_by_webhook(hooked, receiver, pay, act, kinds):
    """https://docs.stripe.com/api/events/types"""
    act(hooked.client(), pay)

    for kind in kinds:
        receiver.wait_for(kind)


def test_a_webhook_is_repeated_until_it_is_accepted(hooked, receiver, pay):
    receiver.statuses += [500, 404, 302]
    pay(hooked.client(), unpaid=True)

    deliveries = receiver.wait_for("payment_intent.created", count=4)
    wait_until(lambda: states(hooked, "payment_intent.created") == "delivered", what="the webhook is accepted")

    assert len({each.event["id"] for each in deliveries}) == 1
    pauses = [later.at - earlier.at for earlier, later in pairwise(deliveries)]
    assert pauses == sorted(pauses)
    assert all(verified(hooked, each).id == deliveries[0].event["id"] for each in deliveries)


def test_an_undelivered_event_is_listed_as_such(hooked, receiver, pay):
    """https://docs.stripe.com/api/events/list#list_events-delivery_success"""
    client = hooked.client()
    hooked.add_fault("webhook_lost", match={"type": "payment_intent.succeeded"})
    intent = pay(client)
    receiver.wait_for("charge.succeeded")
    wait_until(lambda: states(hooked, "charge.succeeded") == "delivered", what="the other webhook is accepted")

    undelivered = client.v1.events.list({"delivery_success": False, "types": ["payment_intent.*"]})
    delivered = client.v1.events.list({"delivery_success": True, "limit": 100})

    lost = undelivered.data[0]
    assert (lost.type, lost.data.object.id) == ("payment_intent.succeeded", intent.id)
    assert lost.pending_webhooks == 1
    assert lost.id not in [each.id for each in delivered.data]
    assert client.v1.events.retrieve(lost.id).type == "payment_intent.succeeded"
    assert receiver.events("payment_intent.succeeded") == []


def test_events_are_listed_by_type_and_time(hooked, receiver, pay):
    client = hooked.client()
    intent = pay(client)

    found = client.v1.events.list({"type": "payment_intent.succeeded", "created": {"gte": intent.created}, "limit": 1})

    assert found.data[0].data.object.id == intent.id
    assert found.data[0].request.idempotency_key


def test_a_webhook_may_come_twice(hooked, receiver, pay):
    hooked.add_fault("webhook_duplicate", match={"type": "payment_intent.succeeded"})
    pay(hooked.client())

    first, second = receiver.wait_for("payment_intent.succeeded", count=2)

    assert first.event["id"] == second.event["id"]


def test_a_webhook_may_come_late(hooked, receiver, pay):
    hooked.add_fault("webhook_late", match={"type": "payment_intent.succeeded"}, seconds=0.7)
    pay(hooked.client())

    prompt = receiver.wait_for("charge.succeeded")[0]
    late = receiver.wait_for("payment_intent.succeeded")[0]

    assert late.at - prompt.at > 0.5


def test_webhooks_may_come_in_the_wrong_order(hooked, receiver, pay):
    hooked.add_fault("webhook_reordered", match={"type": "payment_intent.created"}, seconds=30)
    pay(hooked.client())

    receiver.wait_for("payment_intent.created")

    kinds = [each.event["type"] for each in receiver.received]
    assert kinds.index("payment_intent.created") > 0


@pytest.mark.parametrize("kind", ["webhook_old_signature", "webhook_wrong_secret"])
def test_a_forged_webhook_is_refused_and_an_honest_one_follows(hooked, receiver, pay, kind):
    hooked.add_fault(kind, match={"type": "payment_intent.succeeded", "metadata": {"order_id": "7"}})
    receiver.verifies_with = hooked.webhook_secret
    client = hooked.client()
    pay(client, metadata={"order_id": "8"})
    first = receiver.wait_for("payment_intent.succeeded")[0]
    pay(client, metadata={"order_id": "7"})

    _, forged, honest = receiver.wait_for("payment_intent.succeeded", count=3)

    assert verified(hooked, first).data.object.metadata["order_id"] == "8"
    with pytest.raises(stripe.SignatureVerificationError):
        verified(hooked, forged)
    assert verified(hooked, honest).id == forged.event["id"]


def test_a_webhook_may_come_before_the_answer(hooked, receiver, pay):
    hooked.add_fault("webhook_before_answer", match={"type": "payment_intent.succeeded"})

    pay(hooked.client())

    assert len(receiver.events("payment_intent.succeeded")) == 1


def test_a_webhook_waits_for_the_configured_delay(receiver, pay):
    with start_sandbox(webhook_url=receiver.url, options=("--webhook-delay-ms", "400")) as slow:
        started = time.time()
        pay(slow.client(), unpaid=True)
        delivery = receiver.wait_for("payment_intent.created")[0]

        assert delivery.at - started >= 0.4
