"""Who listens to what: filled by `@subscribe` when each app's `handlers` module is imported at start."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from apps.kernel.events import Event
from apps.persistence.databases import alias_for, app_of_module

E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One consumer of one event class."""

    consumer: str
    event_type: str
    handler: Callable[[Any], None]
    projection: bool
    batch: bool

    @property
    def queue(self) -> str:
        """Return the app that consumes; its queue carries the wake-ups."""
        return self.consumer.partition(".")[0]

    @property
    def alias(self) -> str:
        """Return the database that holds the consumer's inbox."""
        return alias_for(self.queue)


_subscriptions: dict[tuple[str, str], Subscription] = {}


def subscribe(
    *event_classes: type[Event], consumer: str, projection: bool = False, batch: bool = False
) -> Callable[[Callable[[Any], None]], Callable[[Any], None]]:
    """Register a handler for one or more event classes.

    `consumer` is "app.what_it_does". All events of one consumer and aggregate arrive in order; each is applied once, in one
    transaction of the consumer's database together with its completion, so a handler only writes its own app's rows.
    `projection=True` declares that replaying old events is safe and does nothing outside the database. `batch=True` hands over a
    sequence of up to a hundred events in one transaction, each of another aggregate; where that fails, each alone. What such a handler
    publishes names no event as its cause.
    """

    def register(handler: Callable[[Any], None]) -> Callable[[Any], None]:
        if app_of_module(handler.__module__) != consumer.partition(".")[0]:
            raise ValueError(f"consumer {consumer} must be named after the app of {handler.__module__}")
        for event_class in event_classes:
            found = (consumer, event_class.event_type)
            if found in _subscriptions and _subscriptions[found].handler is not handler:
                raise ValueError(f"{consumer} already handles {event_class.event_type}")
            _subscriptions[found] = Subscription(
                consumer=consumer,
                event_type=event_class.event_type,
                handler=handler,
                projection=projection,
                batch=batch,
            )
        return handler

    return register


def subscriptions() -> list[Subscription]:
    """Return every registered subscription."""
    return list(_subscriptions.values())


def find(*, consumer: str, event_type: str) -> Subscription:
    """Return one subscription; KeyError where that consumer no longer listens to it."""
    return _subscriptions[consumer, event_type]


def queues() -> list[str]:
    """Return the queues that have consumers."""
    return sorted({subscription.queue for subscription in _subscriptions.values()})
