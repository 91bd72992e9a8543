"""An independent witness: `localstripe` (https://pypi.org/project/localstripe/) answers the same script alike.

It ignores idempotency keys and approves declined tokens, so those rest on the provider's pages instead;
see test_idempotency.py and test_tokens.py.
"""

import socket
import subprocess
import sys
import time

import pytest
import stripe

pytestmark = pytest.mark.processes

# Its own command listens on every address; this binds it to loopback.
LOOPBACK = """
import sys
from aiohttp import web
from localstripe.server import app
web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None)
"""


@pytest.fixture(scope="module")
def witness(tmp_path_factory):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tmp_path_factory.mktemp("localstripe")
    process = subprocess.Popen([sys.executable, "-c", LOOPBACK, str(port)], cwd=folder, stderr=subprocess.DEVNULL)
    client = stripe.StripeClient("sk_test_witness", base_addresses={"api": f"http://127.0.0.1:{port}"})
    deadline = time.monotonic() + 20
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        assert process.poll() is None
        assert time.monotonic() < deadline, "localstripe did not start"
        time.sleep(0.05)
    yield client
    process.kill()
    process.wait()


def intent_facts(intent):
    return intent.status, intent.amount, intent.currency, intent.capture_method, intent.metadata.to_dict()


def charge_facts(client, intent):
    charge = client.v1.charges.retrieve(
        intent.latest_charge if isinstance(intent.latest_charge, str) else intent.latest_charge.id
    )
    return charge.status, charge.paid, charge.captured, charge.amount, charge.amount_refunded, charge.refunded


def create(client, **params):
    defaults = {"amount": 8490, "currency": "eur", "payment_method_types": ["card"], "metadata": {"order_id": "7"}}
    return client.v1.payment_intents.create(defaults | params)


def script(client):
    """Create, confirm, capture, retrieve, refund, cancel; yields what every step showed."""
    intents = client.v1.payment_intents
    waiting = create(client)
    yield "create", intent_facts(waiting)

    paid = create(client, payment_method="pm_card_visa")
    yield "create with a method", intent_facts(paid)
    paid = intents.confirm(paid.id)
    yield "confirm", intent_facts(paid), charge_facts(client, paid)
    yield "retrieve", intent_facts(intents.retrieve(paid.id))

    held = create(client, payment_method="pm_card_visa", capture_method="manual", confirm=True)
    yield "authorise", intent_facts(held), charge_facts(client, held)
    captured = intents.capture(held.id)
    yield "capture", intent_facts(captured), charge_facts(client, captured)

    partly = create(client, payment_method="pm_card_visa", capture_method="manual", confirm=True)
    partly = intents.capture(partly.id, {"amount_to_capture": 5000})
    yield "capture a part", intent_facts(partly), charge_facts(client, partly)

    for amount in (490, 8000):
        refund = client.v1.refunds.create({"payment_intent": paid.id, "amount": amount})
        yield "refund", refund.status, refund.amount, refund.currency, charge_facts(client, paid)
    whole = client.v1.refunds.create({"payment_intent": captured.id})
    yield "refund all", whole.status, whole.amount, charge_facts(client, captured)

    yield "cancel", intent_facts(intents.cancel(waiting.id)), intents.retrieve(waiting.id).status
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        intents.cancel(paid.id)
    yield "cancel what is paid", refusal.value.http_status


def test_the_sandbox_answers_the_script_as_the_witness_does(client, witness):
    ours, theirs = list(script(client)), list(script(witness))

    assert len(ours) == 12
    assert ours == theirs
