"""Every test of the toolkit runs against the probe's URLs."""

import uuid

import pytest
from django.test import Client

from apps.web import answers


@pytest.fixture(autouse=True)
def _probe_urls(settings):
    settings.ROOT_URLCONF = "tests.web.probe"


@pytest.fixture
def client():
    """A client that shows a 500 as its caller would see it."""
    return Client(raise_request_exception=False)


@pytest.fixture
def keeping_answers(settings):
    """Answers are kept, apart from every other test's."""
    settings.ANSWERS_MEMORY_BYTES = 1_000_000
    settings.ANSWERS_PREFIX = f"test:{uuid.uuid4()}"
    answers.forget()
    yield
    answers.forget()


@pytest.fixture
def limiting(settings):
    """Limits are on; gives an address that nobody else uses."""
    settings.LIMITS_ENABLED = True
    return {"REMOTE_ADDR": f"fd00:{uuid.uuid4().hex[:4]}:{uuid.uuid4().hex[:4]}::1"}
