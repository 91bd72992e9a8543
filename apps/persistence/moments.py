"""When something is recorded to have happened, and which day that is for the shop."""

from __future__ import annotations

from datetime import date, datetime, time

from django.db.models.functions import Now
from django.utils.timezone import get_current_timezone, localdate

from apps.kernel import clock


def moment() -> datetime | Now:
    """Return the database's `now()`, or the moment at which `kernel.clock` is held, as tests and sample data do.

    For columns that tell of the past. What several processes race for (deadlines, leases) takes the database's time itself.
    """
    return clock.held() or Now()


def today() -> date:
    """Return the day that it is in the shop (`TIME_ZONE`)."""
    return localdate(clock.now())


def midnight(day: date) -> datetime:
    """Return the moment at which a day begins in the shop, as `__date` in a query counts it."""
    return datetime.combine(day, time(), tzinfo=get_current_timezone())
