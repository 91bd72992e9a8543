"""When something is recorded to have happened."""

from __future__ import annotations

from datetime import datetime

from django.db.models.functions import Now

from apps.kernel import clock


def moment() -> datetime | Now:
    """Return the database's `now()`, or the moment at which `kernel.clock` is held, as tests and sample data do.

    For columns that tell of the past. What several processes race for (deadlines, leases) takes the database's time itself.
    """
    return clock.held() or Now()
