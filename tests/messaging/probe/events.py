from dataclasses import dataclass

from apps.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened(Event):
    """Something happened to a thing; `behaviour` tells the probe's handlers how to take it."""

    event_type = "probe.happened.v1"
    key_field = "thing"

    thing: str
    version: int
    behaviour: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined(Event):
    """Something for the probe's consumer of batches."""

    event_type = "probe.joined.v1"
    key_field = "thing"

    thing: str
    behaviour: str = ""
