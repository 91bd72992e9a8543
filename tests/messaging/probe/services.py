"""The probe's commands."""

from apps.messaging import api as messaging
from tests.messaging.probe.events import Happened, Joined


@messaging.command
def happen(*, thing: str, version: int, behaviour: str = "") -> None:
    messaging.publish(Happened(thing=thing, version=version, behaviour=behaviour), version=version)


@messaging.command
def happen_and_fail(*, thing: str) -> None:
    messaging.publish(Happened(thing=thing, version=1), version=1)
    raise RuntimeError("after publishing")


@messaging.command
def happen_nested(*, thing: str) -> None:
    happen(thing=thing, version=1)


@messaging.command
def happen_many(*, things: int, versions: int) -> None:
    messaging.publish_many(
        [(Happened(thing=f"bulk-{t}", version=v), v) for v in range(1, versions + 1) for t in range(things)]
    )


@messaging.command
def join(*, thing: str, version: int = 1, behaviour: str = "") -> None:
    messaging.publish(Joined(thing=thing, behaviour=behaviour), version=version)
