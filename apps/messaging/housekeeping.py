"""Retention: published events, done messages and stored answers are deleted when they are old."""

from __future__ import annotations

from django.conf import settings
from django.db import connections

from apps.persistence.databases import aliases

_BATCH = 5000
IDEMPOTENCY_DAYS = 7


def prune() -> int:
    """Delete rows past their retention, in short transactions; return how many."""
    return sum(
        _delete_old(table=table, column=column, days=days, alias=alias)
        for alias in aliases()
        for table, column, days in (
            ("messaging_outboxmessage", "published_at", settings.MESSAGING["OUTBOX_RETENTION_DAYS"]),
            ("messaging_inboxmessage", "done_at", settings.MESSAGING["INBOX_RETENTION_DAYS"]),
            ("messaging_idempotencyrecord", "created_at", IDEMPOTENCY_DAYS),
        )
    )


def _delete_old(*, table: str, column: str, days: int, alias: str) -> int:
    sql = (
        f"DELETE FROM {table} WHERE ctid = ANY(ARRAY(SELECT ctid FROM {table}"  # noqa: S608 - fixed names
        f" WHERE {column} < statement_timestamp() - make_interval(days => %s) LIMIT {_BATCH}))"
    )
    total = 0
    with connections[alias].cursor() as cursor:
        while True:
            cursor.execute(sql, [days])
            deleted = int(cursor.rowcount)
            total += deleted
            if deleted < _BATCH:
                return total
