"""Taking turns between processes: one at a time does a thing, the others leave it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections

from apps.persistence.statements import fetch_from


@contextmanager
def turn_at(alias: str, lock: int) -> Iterator[bool]:
    """Tell whether this process has the turn that the number `lock` stands for, in the database of `alias`; never waits.

    A session's advisory lock: a process that dies lets go of it at once.
    """
    ((ours,),) = fetch_from(alias, "SELECT pg_try_advisory_lock(%s)", [lock])
    try:
        yield ours
    finally:
        if ours and connections[alias].is_usable():
            fetch_from(alias, "SELECT pg_advisory_unlock(%s)", [lock])
