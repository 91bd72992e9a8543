"""What was answered survives `kill -9`, and nothing else happened."""

import sqlite3
import threading
import uuid

import pytest
import stripe

from tests.payments.sandbox.process import start_sandbox
from tests.payments.sandbox.receiver import start_receiver, wait_until

pytestmark = pytest.mark.processes


def test_the_ledger_keys_and_faults_survive_a_kill(tmp_path, pay):
    key = {"idempotency_key": str(uuid.uuid4())}
    with start_sandbox(state=tmp_path) as sandbox:
        intent = pay(sandbox.client(), options=key)
        sandbox.add_fault("rate_limited", match={"path": "/v1/refunds"})
        before = sandbox.ledger()

        sandbox.kill()
        sandbox.start()

        client = sandbox.client()
        assert sandbox.ledger() == before
        assert client.v1.payment_intents.retrieve(intent.id).to_dict() == intent.to_dict()
        assert pay(client, options=key).last_response.headers["Idempotent-Replayed"] == "true"
        with pytest.raises(stripe.RateLimitError):
            client.v1.refunds.create({"payment_intent": intent.id})


def test_pending_webhooks_are_delivered_after_a_kill(tmp_path, pay):
    with start_receiver() as receiver, start_sandbox(state=tmp_path, webhook_url=receiver.url) as sandbox:
        receiver.statuses += [503] * 100
        intent = pay(sandbox.client())
        wait_until(lambda: receiver.events("payment_intent.succeeded") != [], what="a first, refused delivery")
        sandbox.kill()
        receiver.statuses.clear()
        receiver.received.clear()

        sandbox.start()

        delivery = receiver.wait_for("payment_intent.succeeded", seconds=15)[0]
        event = stripe.Webhook.construct_event(delivery.body, delivery.signature, sandbox.webhook_secret)
        assert event.data.object.id == intent.id


def test_a_kill_under_load_keeps_every_answered_charge_and_doubles_none(tmp_path, pay):
    answered = {}
    asked = []
    with start_sandbox(state=tmp_path) as sandbox:
        killed = threading.Event()

        def buy(number):
            client = sandbox.client()
            while not killed.is_set():
                key = str(uuid.uuid4())
                asked.append((key, number))
                try:
                    answered[key] = pay(client, options={"idempotency_key": key}).id
                except stripe.APIConnectionError:
                    return

        threads = [threading.Thread(target=buy, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        wait_until(lambda: len(answered) > 40, what="40 charges were answered")
        sandbox.kill()
        killed.set()
        for thread in threads:
            thread.join()

        sandbox.start()

        client = sandbox.client()
        for key, _ in asked:  # a repeat of everything, also of what was never answered
            intent = pay(client, options={"idempotency_key": key})
            assert answered.get(key, intent.id) == intent.id
        charged = [row["idempotency_key"] for row in sandbox.ledger()]
        assert sorted(charged) == sorted(key for key, _ in asked)


def test_the_ledger_cannot_be_rewritten(tmp_path, pay):
    with start_sandbox(state=tmp_path) as sandbox:
        pay(sandbox.client())

    with sqlite3.connect(tmp_path / "sandbox.sqlite3") as ledger:
        for statement in ("UPDATE ledger SET amount = 1", "DELETE FROM ledger"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                ledger.execute(statement)
    ledger.close()
