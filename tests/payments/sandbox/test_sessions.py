"""Checkout Sessions: https://docs.stripe.com/api/checkout/sessions."""

import time

import pytest
import stripe

from tests.payments.sandbox.checkout import open_session
from tests.payments.sandbox.receiver import wait_until


def test_a_session_is_open_and_has_a_page_and_no_intent_yet(sandbox, client):
    """The intent is made when the shopper pays: https://docs.stripe.com/changelog/2022-08-01 ."""
    session = open_session(client, client_reference_id="cart-1", metadata={"order_id": "7"}, customer_email="a@b.test")

    assert (session.status, session.payment_status, session.payment_intent) == ("open", "unpaid", None)
    assert (session.amount_total, session.currency) == (8490, "eur")
    assert session.url == f"{sandbox.url}/c/pay/{session.id}"
    assert (session.client_reference_id, session.metadata["order_id"]) == ("cart-1", "7")
    assert session.customer_email == "a@b.test"
    assert session.expires_at - session.created == 24 * 3600


def test_line_items_are_shown_on_request(client):
    session = open_session(client)

    expanded = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["line_items"]})
    listed = client.v1.checkout.sessions.line_items.list(session.id)

    lines = [(item.description, item.quantity, item.amount_total) for item in expanded.line_items.data]
    assert lines == [("Linen shirt", 2, 7990), ("Shipping", 1, 500)]
    assert [item.id for item in listed.data] == [item.id for item in expanded.line_items.data]


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"mode": None}, "mode"),
        ({"mode": "subscription"}, "mode"),
        ({"line_items": None}, "line_items"),
        ({"success_url": None}, "success_url"),
        ({"success_url": "javascript:alert(1)"}, "success_url"),
        ({"discounts": [{"coupon": "x"}]}, "discounts"),
        ({"payment_intent_data": {"capture_method": "never"}}, "payment_intent_data[capture_method]"),
        ({"payment_intent_data": {"receipt": "x"}}, "payment_intent_data[receipt]"),
        ({"expires_at": int(time.time()) - 1}, "expires_at"),
        ({"expires_at": int(time.time()) + 90_000}, "expires_at"),
    ],
)
def test_a_wrong_parameter_is_named(client, params, param):
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        open_session(client, **params)

    assert refusal.value.param == param


def test_lines_in_two_currencies_are_refused(client):
    lines = [
        {"price_data": {"currency": currency, "unit_amount": 100, "product_data": {"name": "x"}}, "quantity": 1}
        for currency in ("eur", "usd")
    ]

    with pytest.raises(stripe.InvalidRequestError, match="same currency"):
        open_session(client, line_items=lines)


def test_a_deadline_under_thirty_minutes_is_refused_by_default(hooked):
    """https://docs.stripe.com/api/checkout/sessions/create#create_checkout_session-expires_at"""
    with pytest.raises(stripe.InvalidRequestError, match="at least 30 minutes"):
        open_session(hooked.client(), expires_at=int(time.time()) + 1700)


def test_a_session_can_be_expired_once(client):
    """https://docs.stripe.com/api/checkout/sessions/expire"""
    session = open_session(client)

    expired = client.v1.checkout.sessions.expire(session.id)

    assert (expired.status, expired.url) == ("expired", None)
    with pytest.raises(stripe.InvalidRequestError, match="has a status of `expired`"):
        client.v1.checkout.sessions.expire(session.id)


def test_a_session_expires_by_itself_at_its_deadline(client):
    session = open_session(client, expires_at=int(time.time()) + 2)

    wait_until(
        lambda: client.v1.checkout.sessions.retrieve(session.id).status == "expired", what="the session is expired"
    )

    assert int(time.time()) >= session.expires_at
    events = client.v1.events.list({"type": "checkout.session.expired"})
    assert session.id in [event.data.object.id for event in events.data]


def test_sessions_are_listed_by_status(client):
    made = open_session(client)
    client.v1.checkout.sessions.expire(made.id)
    still_open = open_session(client)

    expired = client.v1.checkout.sessions.list({"status": "expired"})
    latest = client.v1.checkout.sessions.list({"limit": 1})

    assert expired.data[0].id == made.id
    assert still_open.id not in [session.id for session in expired.data]
    assert [session.id for session in latest.data] == [still_open.id]


def test_an_unknown_session_is_not_found(client):
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.checkout.sessions.retrieve("cs_test_none")

    assert (refusal.value.http_status, refusal.value.code) == (404, "resource_missing")
