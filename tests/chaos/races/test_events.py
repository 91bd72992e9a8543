"""Races of relays and of workers: each event reaches each listener once and in order, however many carry it."""

from functools import partial

import pytest

from apps.messaging import inbox, relay
from apps.orders import api as orders
from tests.chaos.races.arena import errors
from tests.orders.making import STAFF
from tests.orders.paying import start


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch):
    """Nobody takes everything at once, so that several carry what belongs together."""
    monkeypatch.setattr(relay, "BATCH", 16)
    monkeypatch.setattr(inbox, "BATCH", 2)


def busy_orders(arena, count=4):
    """Orders with several events each, none of them relayed yet."""
    made = [arena.place((arena.stock(9), 1)) for _ in range(count)]
    for order in made:
        start(order)
        orders.cancel_order(order_id=order.id, viewer=STAFF)
    return made


def drain_all():
    for queue in inbox.due_queues(alias="default"):
        inbox.drain(queue=queue)


def test_three_relays_copy_each_event_once_and_in_order(arena):
    relay.ensure_shards()
    busy_orders(arena)

    outcomes = arena.race(*[relay.relay_once] * 3, drain_all)

    assert errors(outcomes) == []
    arena.judge()


def test_relays_and_workers_carry_while_orders_go_on(arena):
    relay.ensure_shards()
    at_work = ["one", "two", "three"]

    def go_on():
        try:
            for _ in range(2):
                order = arena.place((arena.stock(9), 1))
                start(order)
                orders.cancel_order(order_id=order.id, viewer=STAFF)
        finally:
            at_work.pop()

    def keep(call):
        while at_work:
            call()

    carriers = [partial(keep, relay.relay_once)] * 3 + [partial(keep, drain_all)] * 2
    outcomes = arena.race(*[go_on] * 3, *carriers)

    assert errors(outcomes) == []
    arena.judge()


def test_three_workers_drain_each_event_once(arena):
    relay.ensure_shards()
    busy_orders(arena)
    relay.relay_once()

    outcomes = arena.race(*[drain_all] * 3)

    assert errors(outcomes) == []
    arena.judge()


def test_worker_who_comes_back_after_his_lease_applies_nothing(arena):
    relay.ensure_shards()
    busy_orders(arena)
    relay.relay_once()

    outcomes = arena.race(*[drain_all] * 3, partial(arena.end_leases, "messaging_inboxmessage", due="due_at"))

    assert errors(outcomes) == []
    arena.judge()
