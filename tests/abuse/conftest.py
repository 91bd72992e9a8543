"""A shop in this process with a real payment sandbox, and how much of it to abuse."""

from __future__ import annotations

import os
from contextlib import nullcontext
from datetime import timedelta

import pytest
from django.db import connection
from rest_framework_simplejwt.tokens import AccessToken

from tests.flows.conftest import _sandbox, mobile, sandbox

_QUICK = 300


def requests_wanted() -> int:
    """Return how many mutated requests are to be sent: ABUSE_REQUESTS, a few hundred by default."""
    return int(os.environ.get("ABUSE_REQUESTS", _QUICK))


@pytest.fixture
def _one_long_transaction(monkeypatch, db):
    """A test's own transaction can be given no isolation level; and it, and who is signed in, must outlive the pauses of a busy machine."""
    monkeypatch.setattr(AccessToken, "lifetime", timedelta(days=1))
    monkeypatch.setattr("apps.orders.verifying._snapshot", nullcontext)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")


__all__ = ["_one_long_transaction", "_sandbox", "mobile", "requests_wanted", "sandbox"]
