"""Signed tokens of guests."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.kernel import clock
from apps.web import tokens

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_token_gives_its_subject_back_for_its_purpose_only():
    token = tokens.sign(subject="o-1", purpose="order", days=1)

    assert tokens.read(token, purpose="order") == "o-1"
    assert tokens.read(token, purpose="cart") is None


def test_a_token_expires():
    with clock.frozen(MOMENT):
        token = tokens.sign(subject="o-1", purpose="order", days=30)
    with clock.frozen(MOMENT + timedelta(days=30, seconds=-1)):
        before = tokens.read(token, purpose="order")
    with clock.frozen(MOMENT + timedelta(days=30)):
        after = tokens.read(token, purpose="order")

    assert (before, after) == ("o-1", None)


@pytest.mark.parametrize(
    "spoil", [lambda t: "", lambda t: "x", lambda t: t[:-1], lambda t: t + "x", lambda t: "A" + t, lambda t: "\xff"]
)
def test_a_spoiled_token_gives_nothing(spoil):
    assert tokens.read(spoil(tokens.sign(subject="o-1", purpose="order", days=1)), purpose="order") is None
