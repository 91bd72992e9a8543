"""Time that passes only when the simulation says so, for Python here and for PostgreSQL in `database`."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from apps.kernel import clock as shop_clock

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class SimulatedClock:
    """The one clock of a simulated world. Whoever sleeps moves it."""

    def __init__(self) -> None:
        self.now = START
        self._listeners: list[Callable[[datetime], None]] = []

    def follow(self, listener: Callable[[datetime], None]) -> None:
        """Have `listener` told of every change, and of how late it is now."""
        self._listeners.append(listener)
        listener(self.now)

    def set(self, moment: datetime) -> None:
        self.now = moment
        for listener in self._listeners:
            listener(moment)

    def advance(self, seconds: float) -> None:
        self.set(self.now + timedelta(seconds=seconds))

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Hold every clock of the process: the shop's, the provider's, and the sleep between two attempts."""
        monkeypatch.setattr(shop_clock, "now", lambda: self.now)
        monkeypatch.setattr(time, "time", self.timestamp)
        monkeypatch.setattr(time, "time_ns", lambda: int(self.timestamp() * 1_000_000_000))
        monkeypatch.setattr(time, "monotonic", self.timestamp)
        monkeypatch.setattr(time, "sleep", self.advance)

    def timestamp(self) -> float:
        return self.now.timestamp()
