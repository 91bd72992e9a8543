"""Wake-ups collapse: however long one waits in a busy worker's queue, few follow it."""

import pytest
from django.conf import settings

from apps.messaging import wakeups
from apps.messaging.tasks import begin_anew
from apps.persistence import valkey


@pytest.fixture
def sent(monkeypatch):
    names = []
    monkeypatch.setattr(wakeups, "_send", lambda _app, *, task, queue, name: names.append(name))
    yield names
    for name in {*names, "orders"}:
        wakeups.woken(name)


def wake(name="orders"):
    wakeups.wake_task(task="messaging.drain", queue="orders", name=name)


def test_a_wake_up_that_waits_stands_for_all_that_follow(sent):
    for _ in range(20):
        wake()

    assert sent == ["orders"]
    assert 2_000 < valkey.client(settings.BROKER_URL).pttl("shop:wake:orders") <= 10_000


def test_what_comes_once_the_task_runs_wakes_again(sent):
    wake()
    wakeups.woken("orders")
    wake()

    assert sent == ["orders", "orders"]


def test_a_new_worker_lets_through_what_its_predecessor_may_have_taken_along(sent):
    wake()
    wake("orders.drive_saga")
    begin_anew()
    wake()
    wake("orders.drive_saga")

    assert sent == ["orders", "orders.drive_saga"] * 2
