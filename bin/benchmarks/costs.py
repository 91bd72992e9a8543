"""What one order costs, its request and all that follows from it: statements, WAL, fsyncs, commits, processor time.

These figures hardly depend on what else the machine does, so they say more of a change than rates do.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import psutil
import psycopg

from benchmarks import writes
from benchmarks.shop import BenchShop, wait_for

_CONCURRENCY = 16
_QUIET_SECONDS = 5
_KINDS = ("web", "worker", "relay", "postgres", "valkey")
# All of it has an end: events are relayed and applied, mails are sent.
_LEFT = """
    SELECT (SELECT count(*) FROM messaging_outboxmessage WHERE published_at IS NULL)
         + (SELECT count(*) FROM messaging_inboxmessage WHERE done_at IS NULL AND parked_at IS NULL)
         + (SELECT count(*) FROM notifications_outboundmail WHERE next_run_at IS NOT NULL AND parked_at IS NULL)
"""
# Whole pages are in the WAL as often as a page is the first time written to after a checkpoint: the larger the database, the more.
_SERVER = ("wal bytes", "wal full pages", "wal fsyncs", "commits")
_SPENT = """
    SELECT wal_bytes::float8, wal_fpi::float8,
           (SELECT sum(fsyncs) FROM pg_stat_io WHERE object = 'wal')::float8,
           (SELECT sum(xact_commit) FROM pg_stat_database)::float8
    FROM pg_stat_wal
"""


def measure(shop: BenchShop, requests: Sequence[bytes]) -> dict[str, float]:
    """Place these orders with 16 callers, wait for all that follows, and return what each cost.

    What the same processes spend when nobody buys is taken off; `relay` and `worker` go on asking whether there is anything to do.
    """
    with psycopg.connect(shop.database_url(), autocommit=True) as connection:
        wait_until_done(connection)
        quiet = _spent_by(shop, connection, lambda: time.sleep(_QUIET_SECONDS))

        def place() -> None:
            writes.measure(requests, base=shop.base, concurrency=_CONCURRENCY, pids=())
            wait_until_done(connection)

        busy = _spent_by(shop, connection, place)
    idle = {name: spent / quiet["seconds"] * busy["seconds"] for name, spent in quiet.items()}
    return {name: (spent - idle[name]) / len(requests) for name, spent in busy.items() if name != "seconds"}


def wait_until_done(connection: psycopg.Connection[Any]) -> None:
    """Wait until all that follows the orders has happened."""
    wait_for(lambda: connection.execute(_LEFT).fetchone() == (0,), what="what follows the orders")


def _spent_by(shop: BenchShop, connection: psycopg.Connection[Any], work: Callable[[], None]) -> dict[str, float]:
    started, before = time.monotonic(), _spent(shop, connection)
    work()
    time.sleep(1)  # sessions tell the server of what they did every second
    after = _spent(shop, connection)
    return {name: after[name] - before[name] for name in after} | {"seconds": time.monotonic() - started}


def _spent(shop: BenchShop, connection: psycopg.Connection[Any]) -> dict[str, float]:
    (found,) = connection.execute(_SPENT).fetchall()
    server = dict(zip(_SERVER, found, strict=True))
    statements = {f"statements, {kind}": sent for kind, sent in shop.statements().items()}
    processor = {f"cpu ms, {kind}": _cpu_ms(shop.pids()[kind]) for kind in _KINDS}
    return {**server, **statements, **processor}


def _cpu_ms(pids: Sequence[int]) -> float:
    """Return what these processes and their children have used, those that ended included."""
    found: dict[int, float] = {}
    for root in map(psutil.Process, pids):
        for process in (root, *root.children(recursive=True)):
            times = process.cpu_times()
            found[process.pid] = (times.user + times.system + times.children_user + times.children_system) * 1000
    return sum(found.values())
