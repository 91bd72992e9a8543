"""PostgreSQL: killed, stopped at once, without connections, with locks that somebody holds."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from typing import Any

import psycopg

from laboratory.faults.registry import Blow, NotReturned, fault

_CLIENTS = """
    SELECT pid FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND application_name <> 'laboratory' AND datname = current_database()
"""


@fault
def backend_killed(blow: Blow) -> None:
    """SIGKILL of one backend: PostgreSQL ends all others and recovers from its log."""
    started = blow.shop.query("SELECT pg_postmaster_start_time()")
    pid = blow.dice.choice(blow.shop.query(_CLIENTS))[0]
    os.kill(pid, signal.SIGKILL)
    blow.note("died", target="postgres", pid=pid)
    blow.lifted()
    time.sleep(0.5)
    blow.see_up("postgres")
    if blow.shop.query("SELECT pg_postmaster_start_time()") != started:
        raise NotReturned("a killed backend took the whole server along")


@fault
def postmaster_killed(blow: Blow) -> None:
    """SIGKILL of PostgreSQL's first process."""
    blow.end_with("postgres", blow.shop.pids("postgres"), signal.SIGKILL)


@fault
def immediate_stop(blow: Blow) -> None:
    """What `pg_ctl stop -m immediate` does: PostgreSQL aborts without a checkpoint."""
    blow.end_with("postgres", blow.shop.pids("postgres"), signal.SIGQUIT)


@fault
def connections_terminated(blow: Blow) -> None:
    """A rain of pg_terminate_backend on whatever is connected."""
    until = time.monotonic() + blow.dice.uniform(4, 10)
    count = 0
    with blow.shop.connect() as connection:
        while time.monotonic() < until:
            pids = [row[0] for row in connection.execute(_CLIENTS).fetchall()]
            for pid in blow.dice.sample(pids, k=min(3, len(pids))):
                connection.execute("SELECT pg_terminate_backend(%s)", [pid])
                count += 1
            time.sleep(blow.dice.uniform(0.05, 0.3))
    blow.note("died", target="postgres", note=f"{count} connections")
    blow.lifted()
    blow.see_up("postgres", "web")


@fault
def connections_exhausted(blow: Blow) -> None:
    """Every connection that PostgreSQL allows is taken, and those of the shop are cut, so that it must wait for one."""
    with contextlib.ExitStack() as stack:
        keeper = stack.enter_context(blow.shop.connect())
        held = _take_all(blow, stack)
        for (pid,) in keeper.execute(_CLIENTS).fetchall():
            keeper.execute("SELECT pg_terminate_backend(%s)", [pid])
        held += _take_all(blow, stack)
        blow.note("died", target="postgres", note=f"{held} connections held")
        blow.last(least=3, most=8)
    blow.lifted()
    blow.see_up("postgres", "web")


def _take_all(blow: Blow, stack: contextlib.ExitStack) -> int:
    held = 0
    with contextlib.suppress(psycopg.OperationalError):
        while held < 1000:
            stack.enter_context(blow.shop.connect())
            held += 1
    return held


@fault
def stock_locked(blow: Blow) -> None:
    """Somebody's idle transaction holds the rows of what everybody wants."""
    _hold(
        blow,
        "SELECT 1 FROM inventory_stockitem WHERE variant_id IN (SELECT variant_id FROM inventory_reservationline"
        " GROUP BY variant_id ORDER BY count(*) DESC LIMIT 3) ORDER BY variant_id FOR UPDATE",
    )


@fault
def orders_locked(blow: Blow) -> None:
    """Somebody's idle transaction holds the newest orders and their sagas."""
    _hold(
        blow,
        "SELECT 1 FROM orders_order o JOIN orders_ordersaga s ON s.order_id = o.id WHERE o.id IN"
        " (SELECT id FROM orders_order ORDER BY placed_at DESC LIMIT 30) FOR UPDATE OF o, s",
    )


@fault
def shards_locked(blow: Blow) -> None:
    """Somebody's idle transaction holds the locks of half the outbox."""
    _hold(blow, "SELECT 1 FROM messaging_outboxshard WHERE id %% 2 = 0 FOR UPDATE")


def _hold(blow: Blow, sql: Any) -> None:
    with blow.shop.connect() as connection, connection.transaction():
        rows = len(connection.execute(sql, []).fetchall())
        blow.note("died", target="postgres", note=f"{rows} rows locked")
        blow.last(least=3, most=14)
    blow.lifted()
    blow.see_up("web")
