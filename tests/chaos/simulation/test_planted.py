"""Bugs planted into the shop, each of which the simulation has to see: one that finds nothing proves nothing."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

from apps.messaging import api as messaging
from apps.messaging import inbox
from tests.chaos.simulation.enumerating import Enumeration
from tests.chaos.simulation.stories import STORIES
from tests.chaos.simulation.weather import CALM, LOST

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]


def new_key_for_every_attempt(monkeypatch):
    monkeypatch.setattr("apps.payments.gateways.stripe._keyed", lambda key: {"idempotency_key": uuid4().hex})


def answer_is_not_kept_with_the_order(monkeypatch):
    def publish(event: Any, *, answer: Any = None, real: Any = messaging.publish, **arguments: Any) -> None:
        real(event, **arguments)

    monkeypatch.setattr(messaging, "publish", publish)


def message_is_ticked_off_before_its_handler(monkeypatch):
    def tick_off_then_handle(messages: Any, *, alias: str) -> None:
        with transaction.atomic(using=alias):
            ours = inbox._finish(messages, alias=alias)
        with transaction.atomic(using=alias):
            inbox._handle(ours)

    monkeypatch.setattr(inbox, "_try", tick_off_then_handle)


def stock_is_not_allocated(monkeypatch):
    monkeypatch.setattr("apps.orders.saga._allocate", lambda order_id, reservation: reservation)


def deadline_does_not_look_at_payments(monkeypatch):
    monkeypatch.setattr("apps.orders.saga._void_open_payments", lambda order_id: [])


PLANTED = [
    (new_key_for_every_attempt, "paid_by_card", LOST),
    (answer_is_not_kept_with_the_order, "guest_places", CALM),
    (message_is_ticked_off_before_its_handler, "paid_by_card", CALM),
    (stock_is_not_allocated, "paid_by_card", CALM),
    (deadline_does_not_look_at_payments, "paid_at_the_last_moment", CALM),
]


@pytest.mark.parametrize(("plant", "name", "weather"), PLANTED, ids=[plant.__name__ for plant, _, _ in PLANTED])
def test_planted_bug_is_seen(world, monkeypatch, plant, name, weather):
    enumeration = Enumeration(world, STORIES[name])
    assert enumeration.tell(weather)[0] == []

    plant(monkeypatch)
    coverage = enumeration.tell_everywhere(weather, most_wrong=1)

    assert coverage.wrong
