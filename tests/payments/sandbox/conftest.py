"""A shared sandbox for tests that only need their own objects, and one with a webhook receiver for the rest."""

import pytest

from tests.payments.sandbox.process import start_sandbox
from tests.payments.sandbox.receiver import start_receiver, wait_until


@pytest.fixture(scope="module")
def sandbox():
    with start_sandbox(options=("--api-key", "sk_test_other", "--session-min-seconds", "1")) as process:
        yield process


@pytest.fixture
def client(sandbox):
    return sandbox.client()


@pytest.fixture(scope="module")
def _hooked():
    with start_receiver() as receiver, start_sandbox(webhook_url=receiver.url) as process:
        yield process, receiver


@pytest.fixture
def hooked(_hooked):
    """A sandbox that delivers webhooks; nothing received yet and no faults armed."""
    process, receiver = _hooked
    yield process
    process.clear_faults()
    receiver.statuses.clear()
    receiver.verifies_with = None
    settled = {"delivered", "lost"}
    wait_until(lambda: {each["state"] for each in process.deliveries()} <= settled, what="no webhook is pending")
    receiver.received.clear()


@pytest.fixture
def receiver(_hooked, hooked):
    return _hooked[1]


@pytest.fixture
def pay():
    """Create an intent for a client, by default paid at once by a good card."""

    def create(client, *, options=None, **params):
        defaults = {"amount": 8490, "currency": "eur", "payment_method_types": ["card"]}
        if not params.pop("unpaid", False):
            defaults |= {"payment_method": "pm_card_visa", "confirm": True}
        return client.v1.payment_intents.create(defaults | params, options or {})

    return create
