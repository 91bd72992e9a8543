"""Idempotency at the door: required, replayed, exclusive."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client

from apps.messaging.models import IdempotencyRecord
from apps.web.testing import assert_queries
from tests.web import probe

BUY = "/api/v1/probe/buy"


@pytest.fixture(autouse=True)
def _fresh_counter(db):
    probe.Buying.ran = 0
    probe.Buying.gate.set()


def buy(client, body=None, key="k-1", path=BUY, **headers):
    return client.post(path, body or {}, "application/json", headers={"Idempotency-Key": key, **headers})


def test_a_repeat_gets_the_same_bytes_marked_as_a_replay(client):
    first, second = buy(client), buy(client)

    assert (first.status_code, first["Order-Token"]) == (201, "t")
    assert (second.status_code, second.content, second["Order-Token"]) == (201, first.content, "t")
    assert ("Idempotent-Replayed" in first, second["Idempotent-Replayed"]) == (False, "true")
    assert probe.Buying.ran == 1


@pytest.mark.parametrize("key", ["", " ", "a b", "ü", "x" * 256, "a\x7f"])
def test_a_missing_or_unfit_key_is_400(client, key):
    answer = buy(client, key=key)

    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_required")
    assert probe.Buying.ran == 0


def test_the_longest_key_is_fine(client):
    assert buy(client, key="~" * 255).status_code == 201


def test_the_order_of_members_is_not_another_body(client):
    client.post(BUY, b'{"a": 1, "b": 2}', "application/json", headers={"Idempotency-Key": "k"})

    again = client.post(BUY, b'{"b":2,"a":1}', "application/json", headers={"Idempotency-Key": "k"})

    assert again["Idempotent-Replayed"] == "true"


def test_the_same_key_with_another_body_is_422(client):
    buy(client)

    answer = buy(client, {"other": 1})

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


def test_the_same_key_of_another_caller_is_another_request(client):
    buy(client, **{"Cart-Token": "cart:1"})
    buy(client, **{"Cart-Token": "cart:2"})

    assert probe.Buying.ran == 2


def test_a_decline_is_kept_and_replayed_as_a_problem(client):
    first, second = buy(client, {"decline": True}), buy(client, {"decline": True})

    assert (first.status_code, second.status_code, probe.Buying.ran) == (402, 402, 1)
    assert second["Content-Type"] == "application/problem+json"
    assert second.content == first.content


def test_a_refusal_is_not_kept_so_that_a_repeat_tries_again(client):
    assert [buy(client, {"refuse": True}).status_code for _ in range(2)] == [409, 409]
    assert probe.Buying.ran == 2


def test_an_answer_that_the_command_kept_costs_no_second_write(client):
    path = "/api/v1/probe/buy-in-one"

    with assert_queries(at_most=4) as statements:
        first = buy(client, path=path)
    second = buy(client, path=path)

    assert first.json() == second.json() == {"by": "command"}
    assert sum("INSERT" in sql for sql in statements) == 1
    assert IdempotencyRecord.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_run_once_and_get_twenty_equal_answers():
    def send(_):
        try:
            return buy(Client())
        finally:
            connection.close()

    probe.Buying.gate.clear()
    with ThreadPoolExecutor(20) as pool:
        answers = [pool.submit(send, n) for n in range(20)]
        threading.Timer(0.3, probe.Buying.gate.set).start()
        answers = [answer.result() for answer in answers]

    assert probe.Buying.ran == 1
    assert {(answer.status_code, answer.content) for answer in answers} == {(201, answers[0].content)}
    assert sum("Idempotent-Replayed" in answer for answer in answers) == 19


@pytest.mark.django_db(transaction=True)
def test_one_that_waits_too_long_is_told_to_come_back(monkeypatch):
    from apps.messaging import idempotency

    monkeypatch.setattr(idempotency.exclusive.__wrapped__, "__kwdefaults__", {"wait_seconds": 0.1})
    probe.Buying.gate.clear()

    def send():
        try:
            return buy(Client())
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(send), pool.submit(send)]
        threading.Timer(0.6, probe.Buying.gate.set).start()
        first, second = sorted((a.result() for a in answers), key=lambda answer: answer.status_code)

    assert (first.status_code, second.status_code) == (201, 409)
    assert (second.json()["code"], second["Retry-After"]) == ("idempotency_key_in_use", "1")
