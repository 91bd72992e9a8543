"""Domain events: immutable facts in the past tense that one app publishes and others may react to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, ClassVar

from apps.kernel import codec

_EVENT_TYPE = re.compile(r"[a-z]+\.[a-z_]+\.v[1-9][0-9]*")
_registry: dict[str, type[Event]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base of all events.

    A subclass sets `event_type` ("orders.order_placed.v1": app, fact, version) and `key_field`, the field that holds
    the id of the aggregate: events of one aggregate reach every consumer in order. It carries what consumers need, and
    no personal data beyond ids. A breaking change is a new class with the next version.
    """

    event_type: ClassVar[str] = ""
    key_field: ClassVar[str] = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        if not _EVENT_TYPE.fullmatch(cls.event_type) or not cls.key_field:
            raise TypeError(f"{cls.__qualname__} needs event_type like 'app.fact.v1' and key_field")
        known = _registry.get(cls.event_type)
        # slots=True makes the dataclass decorator build the class twice.
        if known is not None and (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
            raise TypeError(f"{cls.event_type} is already {known.__qualname__}")
        _registry[cls.event_type] = cls

    @property
    def key(self) -> str:
        """Return what orders this event among others: the owning app and the aggregate's id."""
        return f"{self.event_type.partition('.')[0]}:{getattr(self, self.key_field)}"


def event_class(event_type: str) -> type[Event]:
    """Return the class registered for `event_type`; KeyError where no imported app publishes it."""
    return _registry[event_type]


def event_classes() -> dict[str, type[Event]]:
    """Return every known event class by its type."""
    return dict(_registry)


def encode_event(event: Event) -> dict[str, Any]:
    """Return the JSON-ready payload of `event`, without its type."""
    payload: dict[str, Any] = codec.encode(event)
    return payload


def decode_event(event_type: str, payload: dict[str, Any]) -> Event:
    """Build the event that `encode_event` made `payload` of; CodecError where the shapes do not meet."""
    return codec.decode(event_class(event_type), payload)
