"""Handlers that misbehave on request."""

import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

from apps.messaging import api as messaging
from tests.messaging.probe.events import Happened, Joined
from tests.messaging.probe.models import Applied


def _count_tries(event: Happened | Joined) -> int:
    """Count tries in a file: the transaction of a failed try leaves no trace in the database."""
    path = Path(os.environ["PROBE_FOLDER"]) / f"{event.thing}-{getattr(event, 'version', 1)}"
    tries = int(path.read_text()) + 1 if path.exists() else 1
    # Whoever is killed here leaves the old count or the new one, and no empty file.
    written = path.with_name(f".{path.name}")
    written.write_text(str(tries))
    written.replace(path)
    return tries


def _misbehave(event: Happened | Joined) -> None:
    kind, _, argument = event.behaviour.partition(":")
    if kind == "fail" and _count_tries(event) <= int(argument):
        raise RuntimeError(f"asked to fail {argument} times")
    if kind == "die" and _count_tries(event) <= int(argument):
        os.kill(os.getpid(), signal.SIGKILL)
    if kind == "sleep":
        _count_tries(event)
        time.sleep(float(argument))


@messaging.subscribe(Happened, consumer="probe.record")
def record(event: Happened) -> None:
    Applied.objects.create(consumer="record", key=event.thing, version=event.version)
    _misbehave(event)


@messaging.subscribe(Happened, consumer="probe.project", projection=True)
def project(event: Happened) -> None:
    Applied.objects.create(consumer="project", key=event.thing, version=event.version)


@messaging.subscribe(Joined, consumer="probe.join", projection=True, batch=True)
def join(events: Sequence[Joined]) -> None:
    """Leave one row per call that names all it was given."""
    Applied.objects.create(consumer="join", key=" ".join(sorted(event.thing for event in events)), version=len(events))
    for event in events:
        _misbehave(event)
