"""Commands: a published write opens its own durable transaction, and only one app's.

Retrying serialization failures and deadlocks re-runs the whole transaction: PostgreSQL manual, 13.5.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, transaction
from psycopg import errors as pg

from apps.persistence.databases import alias_for, app_of_module, open_transactions

P = ParamSpec("P")
R = TypeVar("R")
_ATTEMPTS = 5


class NestedCommand(RuntimeError):
    """A command was called inside an open transaction, which could then span two apps."""


def command(function: Callable[P, R]) -> Callable[P, R]:
    """Run `function` in a durable transaction of its app's database.

    Raises NestedCommand while any initialised connection is inside a transaction. A serialization failure or a deadlock re-runs the
    whole function, up to five times, so it must do nothing outside the database.
    """

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if busy := open_transactions():
            raise NestedCommand(f"{function.__module__}.{function.__qualname__} called inside a transaction of {busy}")
        alias = alias_for(app_of_module(function.__module__))
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                with transaction.atomic(using=alias, durable=True):
                    return function(*args, **kwargs)
            except OperationalError as error:
                if attempt == _ATTEMPTS or not _worth_retrying(error):
                    raise
                time.sleep(random.uniform(0, 0.01 * 2**attempt))  # noqa: S311 - jitter, not a secret
        raise AssertionError("unreachable")

    return run


def _worth_retrying(error: OperationalError) -> bool:
    return isinstance(error.__cause__, pg.SerializationFailure | pg.DeadlockDetected)
