"""For tests: how many SQL statements a request costs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from django.db import connections
from django.test.utils import CaptureQueriesContext

from apps.persistence.databases import aliases

_TRANSACTION_CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE SAVEPOINT")


@contextmanager
def assert_queries(*, at_most: int) -> Iterator[list[str]]:
    """Fail where the block runs more than `at_most` statements over all databases, transaction control not counted.

    Yields the list that holds the statements after the block.
    """
    statements: list[str] = []
    with ExitStack() as stack:
        captured = [stack.enter_context(CaptureQueriesContext(connections[alias])) for alias in aliases()]
        yield statements
    for context in captured:
        statements += [query["sql"] for query in context.captured_queries if not _is_control(query["sql"])]
    if len(statements) > at_most:
        listed = "\n".join(f"{number}. {sql}" for number, sql in enumerate(statements, 1))
        raise AssertionError(f"{len(statements)} statements, at most {at_most} allowed:\n{listed}")


def _is_control(sql: str) -> bool:
    return sql.lstrip().upper().startswith(_TRANSACTION_CONTROL)
