"""Idempotent requests: the stored answer, the body's fingerprint, and one at a time."""

import threading

import pytest
from django.db import connection

from apps.messaging import api as messaging


def scope(key="k", caller="cart:1", fingerprint="f1"):
    return messaging.IdempotencyScope(caller=caller, route="POST /api/v1/orders", key=key, fingerprint=fingerprint)


@pytest.mark.django_db
def test_repeat_gets_the_stored_answer_with_its_members_in_order():
    messaging.store_answer(scope(), messaging.StoredAnswer(status=201, body={"zeta": 1, "a": "é"}), app="orders")

    found = messaging.find_answer(scope(), app="orders")

    assert found is not None
    assert (found.status, list(found.body)) == (201, ["zeta", "a"])


@pytest.mark.django_db
def test_first_answer_stays():
    for status in (201, 500):
        messaging.store_answer(scope(), messaging.StoredAnswer(status=status, body={}), app="orders")

    found = messaging.find_answer(scope(), app="orders")

    assert found is not None
    assert found.status == 201


@pytest.mark.django_db
def test_same_key_with_another_body_is_refused():
    messaging.store_answer(scope(), messaging.StoredAnswer(status=201, body={}), app="orders")

    with pytest.raises(messaging.IdempotencyKeyReused):
        messaging.find_answer(scope(fingerprint="f2"), app="orders")


@pytest.mark.django_db
def test_same_key_of_another_caller_is_another_request():
    messaging.store_answer(scope(), messaging.StoredAnswer(status=201, body={}), app="orders")

    assert messaging.find_answer(scope(caller="cart:2"), app="orders") is None


@pytest.mark.django_db(transaction=True)
def test_second_request_waits_its_turn_and_then_gives_up():
    entered, leave, outcomes = threading.Event(), threading.Event(), []

    def hold():
        with messaging.exclusive(scope(), app="orders"):
            entered.set()
            leave.wait(10)
        connection.close()

    def follow():
        with messaging.exclusive(scope(), app="orders", wait_seconds=10):
            outcomes.append("in")
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    assert entered.wait(10)
    with pytest.raises(messaging.IdempotencyKeyInUse), messaging.exclusive(scope(), app="orders", wait_seconds=0.1):
        pass
    follower = threading.Thread(target=follow)
    follower.start()
    leave.set()
    holder.join(10)
    follower.join(10)

    assert outcomes == ["in"]


@pytest.mark.django_db(transaction=True)
def test_lock_of_a_dead_connection_is_free_at_once():
    def die_holding():
        lock = messaging.exclusive(scope(), app="orders")
        lock.__enter__()
        connection.connection.close()
        connection.close()

    thread = threading.Thread(target=die_holding)
    thread.start()
    thread.join(10)

    with messaging.exclusive(scope(), app="orders", wait_seconds=1):
        pass
