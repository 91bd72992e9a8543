"""Commands: a published write opens its own durable transaction, and only one app's.

Retrying serialization failures and deadlocks re-runs the whole transaction: PostgreSQL manual, 13.5.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import OperationalError, connections, transaction
from psycopg import errors as pg

from apps.persistence.databases import alias_for, app_of_module, open_transactions

P = ParamSpec("P")
R = TypeVar("R")
_ATTEMPTS = 5


class NestedCommand(RuntimeError):
    """A command was called inside an open transaction, which could then span two apps."""


@dataclass(frozen=True, slots=True, eq=False)
class SingleStatement:
    """One run of a command that is one statement, in the database of this alias."""

    alias: str


single_statement: ContextVar[SingleStatement | None] = ContextVar("single_statement", default=None)


def command(function: Callable[P, R]) -> Callable[P, R]:
    """Run `function` in a durable transaction of its app's database.

    Raises NestedCommand while any initialised connection is inside a transaction. A serialization failure or a deadlock re-runs the
    whole function, up to five times, so it must do nothing outside the database.
    """
    return _run_with(function, _transaction)


def statement(function: Callable[P, R]) -> Callable[P, R]:
    """Run `function`, which sends exactly one statement, as a command without BEGIN and COMMIT: PostgreSQL gives it a transaction.

    That saves two round trips of three. Raises what `command` raises, and re-runs the function as it does.
    """
    return _run_with(function, _single_statement)


def _transaction(alias: str) -> AbstractContextManager[Any]:
    return transaction.atomic(using=alias, durable=True)


@contextmanager
def _single_statement(alias: str) -> Iterator[None]:
    # Only a test case's own transaction can be open here; what is refused in it must leave it whole.
    around = transaction.atomic(using=alias) if connections[alias].in_atomic_block else nullcontext()
    reset = single_statement.set(SingleStatement(alias))
    try:
        with around:
            yield
    finally:
        single_statement.reset(reset)


def _run_with(function: Callable[P, R], around: Callable[[str], AbstractContextManager[Any]]) -> Callable[P, R]:
    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if busy := open_transactions():
            raise NestedCommand(f"{function.__module__}.{function.__qualname__} called inside a transaction of {busy}")
        alias = alias_for(app_of_module(function.__module__))
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                with around(alias):
                    return function(*args, **kwargs)
            except OperationalError as error:
                if attempt == _ATTEMPTS or not _worth_retrying(error):
                    raise
                time.sleep(random.uniform(0, 0.01 * 2**attempt))  # noqa: S311 - jitter, not a secret
        raise AssertionError("unreachable")

    return run


def _worth_retrying(error: OperationalError) -> bool:
    return isinstance(error.__cause__, pg.SerializationFailure | pg.DeadlockDetected)
