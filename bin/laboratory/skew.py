"""The shop's own settings, and a clock that the nemesis can set: the name of a file with its offset is in LABORATORY_CLOCK.

Done in Python, since libfaketime (0.9.10) cannot shift the wall clock of Python 3.11 alone: its sleeps fail. What is shifted is the clock
of the shop (`apps.kernel.clock`), Django's, and `time.time`, by which signatures and tokens grow old. The provider's clock and
PostgreSQL's stay right.
"""

import os
import time
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

from django.utils import timezone

from apps.kernel import clock
from ecommerce.settings import *  # noqa: F403

_LOOK_SECONDS = 0.5
_right_time = time.time


class Offset:
    """The seconds in a file, looked at twice a second."""

    def __init__(self, file: Path) -> None:
        self._file, self._seconds, self._next_look = file, 0.0, 0.0

    def seconds(self) -> float:
        if time.monotonic() >= self._next_look:
            self._next_look = time.monotonic() + _LOOK_SECONDS
            try:
                self._seconds = float(self._file.read_text())
            except (OSError, ValueError):
                self._seconds = 0.0
        return self._seconds


def install(offset: Offset) -> None:
    """Shift the clocks of this process."""

    class Shifted(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + timedelta(seconds=offset.seconds())

    clock.datetime = Shifted  # type: ignore[attr-defined]
    right_now: Callable[[], datetime] = timezone.now
    timezone.now = lambda: right_now() + timedelta(seconds=offset.seconds())
    time.time = lambda: _right_time() + offset.seconds()


if file := os.environ.get("LABORATORY_CLOCK"):
    install(Offset(Path(file)))
