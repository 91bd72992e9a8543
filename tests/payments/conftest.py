"""One real sandbox for all tests of payments; its webhooks arrive only where a test asks for them."""

import pytest

from tests.payments.sandbox.process import start_sandbox
from tests.payments.sandbox.receiver import start_receiver
from tests.payments.shop import Shop


@pytest.fixture(scope="session")
def _provider():
    with start_receiver() as receiver, start_sandbox(webhook_url=receiver.url) as process:
        yield process, receiver


@pytest.fixture
def provider(_provider, settings):
    """The sandbox as the shop's Stripe, without faults."""
    process, _ = _provider
    settings.STRIPE_API_KEY = process.api_key
    settings.STRIPE_API_BASE = process.url
    settings.STRIPE_WEBHOOK_SECRET = process.webhook_secret
    settings.STRIPE_TIMEOUT_SECONDS = 1
    yield process
    process.clear_faults()


@pytest.fixture
def shop(provider, _provider):
    """Payments of the shop, with fresh breakers."""
    return Shop(provider=provider, receiver=_provider[1])


@pytest.fixture(autouse=True)
def _fresh_lines():
    yield
    from apps.payments.gateways import registry

    registry._stripe.cache_clear()
