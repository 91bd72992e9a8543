"""The SQL sentinel: one statement touches, and one transaction writes, the tables of one app only; and what an app writes, it writes
in a transaction that somebody answers for: a command (or its single statement), a handler, a work item, an admin form.

It watches every connection of the test process. Tables of messaging, Django and its auth are exempt: they belong to each database.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from typing import Any

from django.apps import apps
from django.db import connections, transaction
from django.db.backends.signals import connection_created

from apps.messaging.commands import SingleStatement, single_statement

EXEMPT = ("messaging", "django", "auth", "contenttypes", "sessions", "admin", "probe")
_WORD = re.compile(r"[a-z][a-z0-9_]+")
_WRITE = re.compile(r"\b(insert\s+into|update|delete\s+from|merge\s+into)\s", re.IGNORECASE)
_LITERAL = re.compile(r"'(?:[^']|'')*'")

# Who may open the transaction in which an app writes, and why. Any other has no promise to be one app's, durable, and announced.
OPENERS = {
    "apps.messaging.commands": "a command",
    "apps.messaging.inbox": "a handler, together with its message's completion",
    "apps.messaging.work": "the record of a work item",
    "django.contrib.admin.options": "a form of the admin; EventedAdmin announces its change",
    "django.contrib.auth.admin": "the admin's form of a staff account",
    "apps.catalog.services.imports._try_import": "a dry run, which is rolled back",
}
# Who may write without any of these, and why.
WRITERS = {
    "apps.messaging": "claims work items and records their failures, each in one statement",
    "apps.web.middleware": "passes a request on; what writes is a view of Django's own, such as the admin's form of a password",
    "apps.accounts.api.sign_in": "Django notes the last login",
}
# A function of an app counts as a write, but for those that PostgreSQL itself keeps from writing (STABLE, IMMUTABLE).
READING_FUNCTIONS = ("search_find_alike", "orders_buyer_words")

violations: list[str] = []


@cache
def all_owners() -> dict[str, str]:
    """Return the app of every table of the shop's own apps."""
    return {
        model._meta.db_table: model._meta.app_label
        for model in apps.get_models(include_auto_created=True)
        if apps.get_app_config(model._meta.app_label).name.startswith("apps.")
    }


@cache
def owners() -> dict[str, str]:
    """Return the app of every table that is watched."""
    return {table: app for table, app in all_owners().items() if app not in EXEMPT}


@cache
def _functions() -> re.Pattern[str]:
    labels = sorted(set(owners().values()))
    return re.compile(rf"\b((?:{'|'.join(labels) or 'none'})_[a-z0-9_]+)\s*\(")


@lru_cache(maxsize=10_000)
def apps_of(sql: str) -> frozenset[str]:
    """Return the apps whose tables or functions a statement names."""
    text = _LITERAL.sub("''", sql)
    named = {owners()[word] for word in set(_WORD.findall(text)) & owners().keys()}
    return frozenset(named | {name.partition("_")[0] for name in _functions().findall(text)})


@lru_cache(maxsize=10_000)
def writes(sql: str) -> bool:
    """Return whether a statement changes rows: by its verb, or by calling a function of an app."""
    called = set(_functions().findall(sql)) - set(READING_FUNCTIONS)
    return bool(_WRITE.search(_LITERAL.sub("''", sql)) or called) and "FOR UPDATE" not in sql[:6]


class Sentinel:
    """Watches one connection."""

    paused = False

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.written: set[str] = set()
        self.sent: SingleStatement | None = None  # the last command of one statement that wrote

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        touched = apps_of(sql) if isinstance(sql, str) and not _is_schema(sql) and not self.paused else frozenset()
        if len(touched) > 1:
            self.report(f"one statement touches {sorted(touched)}: {sql[:300]}")
        if touched and writes(sql) and self.in_transaction():
            self.written |= touched
            if len(self.written) > 1:
                self.report(f"one transaction writes {sorted(self.written)}; the last: {sql[:300]}")
        if touched and writes(sql) and self.is_second_statement():
            self.report(
                f"a command of one statement writes twice, and a crash between would keep the first: {sql[:300]}"
            )
        if touched and writes(sql) and (writer := self.unanswered_writer()):
            self.report(f"{writer} writes outside a command, a handler, a work item and an admin form: {sql[:300]}")
        return execute(sql, params, many, context)

    def in_transaction(self) -> bool:
        return not all(map(_of_testcase, self.connection.atomic_blocks))

    def is_second_statement(self) -> bool:
        """Note that the command of one statement that runs, if any, has written; return whether it had."""
        before, self.sent = self.sent, single_statement.get()
        return self.sent is not None and self.sent is before

    def unanswered_writer(self) -> str | None:
        """Return who of an app writes now, where nobody answers for the transaction; what tests and migrations write is theirs."""
        if (single := single_statement.get()) and single.alias == self.connection.alias:
            return None
        writer = next((name for name in _callers() if _is_of_an_app(name)), "tests")
        if writer.startswith(("tests", *WRITERS)) or ".migrations." in writer:
            return None
        opener = next((block.opener for block in self.connection.atomic_blocks if not _of_testcase(block)), "")
        return None if opener.startswith(("tests.", *OPENERS)) else writer

    def report(self, violation: str) -> None:
        violations.append(violation)
        raise AssertionError(violation)


def _of_testcase(block: Any) -> bool:
    return bool(getattr(block, "_from_testcase", False))


def _callers() -> Iterator[str]:
    """Yield the dotted names of the functions that are running, the innermost first, without this module's."""
    frame = sys._getframe(1)
    while frame := frame.f_back:  # type: ignore[assignment]
        if (module := frame.f_globals.get("__name__", "")) != __name__:
            yield f"{module}.{frame.f_code.co_name}"


def _is_of_an_app(name: str) -> bool:
    """Return whether this function may be who decided to write; a model's own methods are the means of whoever calls them."""
    return name.startswith(("tests.", "apps.")) and not name.startswith("apps.persistence.") and ".models." not in name


def _is_schema(sql: str) -> bool:
    return sql.lstrip()[:8].upper().startswith(("CREATE", "ALTER", "DROP", "TRUNCATE", "COMMENT", "GRANT"))


def _watch(connection: Any, **kwargs: Any) -> None:
    if not any(isinstance(wrapper, Sentinel) for wrapper in connection.execute_wrappers):
        connection.execute_wrappers.append(Sentinel(connection))


def _note_who_opens_each_transaction() -> None:
    enter = transaction.Atomic.__enter__

    def note_and_enter(self: Any) -> None:
        self.opener = next(_callers())
        enter(self)

    transaction.Atomic.__enter__ = note_and_enter  # type: ignore[method-assign]


def _forget_at_the_end_of_each_transaction() -> None:
    leave = transaction.Atomic.__exit__

    def leave_and_forget(self: Any, *exception: Any) -> None:
        try:
            leave(self, *exception)
        finally:
            for wrapper in connections[self.using or "default"].execute_wrappers:
                if isinstance(wrapper, Sentinel) and not wrapper.in_transaction():
                    wrapper.written.clear()

    transaction.Atomic.__exit__ = leave_and_forget  # type: ignore[method-assign]


def install() -> None:
    """Watch all connections of this process from now on."""
    _note_who_opens_each_transaction()
    _forget_at_the_end_of_each_transaction()
    connection_created.connect(_watch, weak=False, dispatch_uid="sentinel")
    for connection in connections.all(initialized_only=True):
        _watch(connection)
