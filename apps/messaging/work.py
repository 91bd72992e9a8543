"""Work items: everything outside the database (mail, provider call, picture) is a row that one driver carries out.

The driver claims and commits; the app's function does the outside thing with an id that stays the same over repeats, then records the
outcome inside `with work.record(item) as row:`, which holds only while the lease does.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import cycle
from typing import Any, TypeVar
from uuid import uuid4

from django.conf import settings
from django.db import models, transaction
from django.db.models.functions import Now

from apps.messaging import backoff, wakeups
from apps.messaging.errors import LeaseLost
from apps.persistence.databases import alias_for
from apps.persistence.models import UUIDModel
from apps.persistence.statements import columns_of, fetch_all, fetch_from, read_row
from apps.persistence.turns import turn_at

logger = logging.getLogger(__name__)
DRIVE_TASK = "messaging.drive"
BATCH = 20
# The advisory lock of slow work: of each database's, one item at a time is carried out.
_SLOW_TURN = 0x736C6F775F776F72
_WHERE_LEASED = "WHERE id = %s AND lease_token = %s AND next_run_at > statement_timestamp()"
_FINISHED: dict[str, Any] = {"next_run_at": None, "lease_token": None, "attempts": 0, "last_error": ""}


class WorkItem(UUIDModel):
    """Something to do outside the database. `next_run_at` null means that nothing is left to do.

    A subclass adds what it needs, and `claim_order_by` if another order than by time matters.
    """

    next_run_at = models.DateTimeField(null=True, db_default=Now())
    attempts = models.SmallIntegerField(default=0, db_default=0)
    lease_token = models.UUIDField(null=True)
    parked_at = models.DateTimeField(null=True)
    last_error = models.TextField(default="", db_default="")

    class Meta:
        abstract = True

    @classmethod
    def due_index(cls, name: str) -> models.Index:
        """Return the partial index every concrete item table needs: `indexes = [WorkItem.due_index("...")]`."""
        condition = models.Q(next_run_at__isnull=False, parked_at__isnull=True)
        return models.Index(fields=["next_run_at"], name=name, condition=condition)

    @property
    def alias(self) -> str:
        """Return the database the item lives in."""
        return alias_for(self._meta.app_label)


I = TypeVar("I", bound=WorkItem)  # noqa: E741 - the item's type


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """A work table and the function that carries out one item."""

    name: str
    model: type[WorkItem]
    run: Callable[[Any], None]
    slow: bool

    @property
    def queue(self) -> str:
        """Return the app whose queue carries the wake-ups."""
        return self.name.partition(".")[0]


_drivers: dict[str, Driver] = {}


def driver(name: str, *, model: type[I], slow: bool = False) -> Callable[[Callable[[I], None]], Callable[[I], None]]:
    """Register the function that carries out items of `model`; `name` is "app.verb_object" and the name to wake.

    The function gets a claimed item, outside any transaction, and must end in `record(item)`. If it raises, the item is tried again
    after a back-off and parked after the last attempt. `slow=True` is for items of seconds that come in thousands and may wait: one
    worker process at a time carries out any of them, for a few seconds, then lets other work pass.
    """

    def register(run: Callable[[I], None]) -> Callable[[I], None]:
        if name in _drivers and _drivers[name].run is not run:
            raise ValueError(f"work driver {name} is registered twice")
        _drivers[name] = Driver(name=name, model=model, run=run, slow=slow)
        return run

    return register


def drivers() -> list[Driver]:
    """Return every registered driver."""
    return list(_drivers.values())


def drive(*, name: str, seconds: float = math.inf) -> int:
    """Carry out everything due of driver `name` until nothing is left, of slow ones for a turn; return how many items ran.

    After `seconds` the rest is left to another wake-up, as in the inbox.
    """
    found = _drivers[name]
    if found.slow:
        return _take_turn(found)
    wakeups.woken(name)
    deadline = time.monotonic() + seconds
    ran = _drive_until([found], deadline=deadline)
    if time.monotonic() >= deadline:
        wake_driver(found)
    return ran


def _take_turn(found: Driver) -> int:
    """Carry out slow work of one queue, an item of each driver after the other, so that a long line of one holds up no other.

    Wake-ups are let through at the end only: whoever got one meanwhile would find the turn taken. The next turn is another queue's where
    one has slow work due, and the relay wakes ours again: who woke itself at once would have every turn.
    """
    slow = [each for each in drivers() if each.slow and each is not found]
    others = [each for each in slow if each.queue == found.queue]
    elsewhere = [each for each in slow if each.queue != found.queue and alias_for(each.queue) == alias_for(found.queue)]
    with turn_at(alias_for(found.queue), _SLOW_TURN) as ours:
        if not ours:
            return 0
        deadline = time.monotonic() + settings.MESSAGING["SLOW_TURN_SECONDS"]
        ran = _drive_until([found, *others], deadline=deadline)
    # In a queue the next turn begins with another's item.
    for each in [*filter(_has_due, elsewhere)] or [*filter(_has_due, (*others, found))]:
        wakeups.woken(each.name)
        wake_driver(each)
    return ran


def _drive_until(together: Sequence[Driver], *, deadline: float) -> int:
    claims = [(each, fresh) for each in together for fresh in (True, False)]
    ran = idle = 0
    for each, fresh in cycle(claims):
        ran_now = _drive_claim(each, fresh=fresh, deadline=deadline)
        ran, idle = ran + ran_now, 0 if ran_now else idle + 1
        if idle == len(claims) or (ran and time.monotonic() >= deadline):
            break
    return ran


def _drive_claim(found: Driver, *, fresh: bool, deadline: float) -> int:
    items = claim(found, fresh=fresh)
    for number, item in enumerate(items):
        if number and time.monotonic() >= deadline:
            _hand_back(items[number:])
            return number
        _carry_out(found, item)
    return len(items)


def _hand_back(items: Sequence[WorkItem]) -> None:
    """Make claimed items that nobody began due again, as if they had not been claimed."""
    for item in items:
        again = "SET attempts = attempts - 1, lease_token = NULL, next_run_at = statement_timestamp()"
        fetch_from(item.alias, f"UPDATE {item._meta.db_table} {again} {_WHERE_LEASED}", _lease(item))


def claim(found: Driver, *, fresh: bool) -> list[WorkItem]:
    """Claim fresh items together and tried or slow ones alone, as the inbox does and for the same reason."""
    # ARRAY() runs once; behind IN a nested loop may run the subquery for each row, and claim one more each time.
    condition, limit = ("attempts = 0", 1 if found.slow else BATCH) if fresh else ("attempts > 0", 1)
    table, alias = found.model._meta.db_table, alias_for(found.model._meta.app_label)
    sql = f"""
        UPDATE {table} SET attempts = attempts + 1, lease_token = %s, next_run_at = statement_timestamp() + make_interval(secs => %s)
        WHERE id = ANY(ARRAY(SELECT id FROM {table} WHERE next_run_at <= statement_timestamp() AND parked_at IS NULL AND {condition}
                     ORDER BY next_run_at LIMIT %s FOR UPDATE SKIP LOCKED))
        RETURNING {columns_of(found.model, prefix=table)}
    """  # noqa: S608 - names of our own tables, no input
    parameters = [uuid4(), settings.MESSAGING["LEASE_SECONDS"], limit]
    return [read_row(found.model, row, using=alias) for row in fetch_from(alias, sql, parameters)]


def _carry_out(found: Driver, item: WorkItem) -> None:
    try:
        if item.attempts > settings.MESSAGING["MAX_ATTEMPTS"]:
            raise RuntimeError(f"killed its worker {item.attempts - 1} times")
        if still_leased(item):
            found.run(item)
    except LeaseLost:
        logger.info("%s %s was given to another worker", found.name, item.pk)
    except Exception as error:
        logger.exception("%s %s failed", found.name, item.pk)
        _record_failure(item, error)


def still_leased(item: WorkItem) -> bool:
    """Return whether the claim still holds; ask before an outside call when much time may have passed."""
    return bool(_fetch_leased(item, "1"))


@contextmanager
def record(item: I) -> Iterator[I]:
    """Open a transaction in which the claimed row is locked, current, and marked as finished at the end.

    The block may set the row's fields, `row.next_run_at` among them (a database expression or an aware datetime) to run again later with
    fresh attempts. Raises LeaseLost where another worker has the item now: nothing may be recorded then.
    """
    with transaction.atomic(using=item.alias):
        found = _fetch_leased(item, columns_of(type(item), prefix=item._meta.db_table), lock="FOR NO KEY UPDATE")
        if not found:
            raise LeaseLost(f"{item._meta.label} {item.pk}")
        row = read_row(type(item), found[0], using=item.alias)
        for name, value in _FINISHED.items():
            setattr(row, name, value)
        yield row
        row.save(using=item.alias)
        if row.next_run_at is not None:
            transaction.on_commit(partial(wake_model, type(row)), using=item.alias, robust=True)


def _fetch_leased(item: WorkItem, columns: str, *, lock: str = "") -> list[tuple[Any, ...]]:
    statement = f"SELECT {columns} FROM {item._meta.db_table} {_WHERE_LEASED} {lock}"  # noqa: S608 - our own names
    return fetch_from(item.alias, statement, _lease(item))


def _lease(item: WorkItem) -> list[Any]:
    return [item.pk, item.lease_token]


def _record_failure(item: WorkItem, error: Exception) -> None:
    changes: dict[str, Any] = {
        "last_error": backoff.describe(error),
        "lease_token": None,
        "next_run_at": Now() + backoff.delay(item.attempts),
    }
    if item.attempts >= settings.MESSAGING["MAX_ATTEMPTS"]:
        changes["parked_at"] = Now()
    leased = type(item)._default_manager.using(item.alias).filter(pk=item.pk, lease_token=item.lease_token)
    leased.update(**changes)


def unpark(*, name: str, item_id: Any) -> bool:
    """Give a parked item its attempts back; return whether it was parked."""
    model = _drivers[name].model
    parked = model._default_manager.using(alias_for(model._meta.app_label)).filter(pk=item_id, parked_at__isnull=False)
    return bool(parked.update(parked_at=None, attempts=0, next_run_at=Now(), lease_token=None))


def due_drivers() -> list[Driver]:
    """Return the drivers that have a due item."""
    return [found for found in drivers() if _has_due(found)]


def _has_due(found: Driver) -> bool:
    meta = found.model._meta
    due = f"SELECT EXISTS (SELECT 1 FROM {meta.db_table} WHERE next_run_at <= statement_timestamp() AND parked_at IS NULL)"  # noqa: S608
    return bool(fetch_all(meta.app_label, due)[0][0])


def wake_driver(found: Driver) -> None:
    """Send one collapsed wake-up for a driver."""
    wakeups.wake_task(task=DRIVE_TASK, queue=found.queue, name=found.name)


def wake_model(model: type[WorkItem]) -> None:
    """Wake the driver of a work table."""
    for found in drivers():
        if found.model is model:
            wake_driver(found)


def wake(name: str) -> None:
    """Wake driver `name` once the current transaction has committed; now, where there is none."""
    found = _drivers[name]
    alias = alias_for(found.model._meta.app_label)
    transaction.on_commit(partial(wake_driver, found), using=alias, robust=True)
