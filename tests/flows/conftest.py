"""The whole shop in one process, against a real payment sandbox."""

import pytest
from django.test import Client as DjangoClient

from apps.payments.gateways import registry
from tests.flows.mobile import Mobile
from tests.payments.sandbox.process import start_sandbox


@pytest.fixture(scope="session")
def _sandbox():
    with start_sandbox() as process:
        yield process


@pytest.fixture
def sandbox(_sandbox, settings):
    """The sandbox as the shop's Stripe."""
    settings.STRIPE_API_KEY = _sandbox.api_key
    settings.STRIPE_API_BASE = _sandbox.url
    settings.STRIPE_WEBHOOK_SECRET = _sandbox.webhook_secret
    yield _sandbox
    _sandbox.clear_faults()
    registry._stripe.cache_clear()


@pytest.fixture
def mobile(sandbox):
    """Makes mobile clients of the shop."""

    def make(**options):
        return Mobile(base="", django=DjangoClient(), **options)

    return make
