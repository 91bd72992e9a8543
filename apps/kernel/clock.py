"""The one place where application time comes from, so that a test can hold it still.

Deadlines that several processes race for are compared with the database's `now()`, never with this clock.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

_frozen: datetime | None = None


def now() -> datetime:
    """Return the current moment, aware, in UTC."""
    return _frozen or datetime.now(UTC)


def held() -> datetime | None:
    """Return the moment at which the clock is held in this process, None while it runs."""
    return _frozen


@contextmanager
def frozen(moment: datetime) -> Iterator[None]:
    """Hold `now()` at `moment` (aware) inside the block; for tests and sample data."""
    global _frozen
    before, _frozen = _frozen, moment
    try:
        yield
    finally:
        _frozen = before
