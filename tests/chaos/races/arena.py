"""Where races are run: real threads, each on its own connection of real PostgreSQL, held up by a seed between statements, and judged by the
independent checker over what they left behind.
"""

from __future__ import annotations

import io
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from django.core import mail
from django.db import connection

from apps.inventory import api as inventory
from apps.kernel import codec
from apps.kernel.ids import uuid7
from apps.orders import api as orders
from tests.orders.making import answer, draft, look
from tests.orders.paying import settle

Call = Callable[[], Any]
_LONGEST_DELAY = 0.006
_LONGEST_HOLD = 0.1
_LEVELS = """
    SELECT json_agg(json_build_object('variant', variant_id, 'warehouse', warehouse_id, 'on_hand', on_hand, 'reserved', reserved)),
           (SELECT json_agg(json_build_object('variant', variant_id, 'quantity', quantity)) FROM (
                SELECT variant_id, sum(quantity - shipped) AS quantity FROM inventory_reservationline
                JOIN inventory_stockreservation ON reference = reservation_id WHERE status IN ('reserved', 'allocated')
                GROUP BY variant_id) held)
    FROM inventory_stocklevel
"""
# The consumers' log; and what holds up statements inside stored functions, and commits, where no client can.
INSTALL = """
    CREATE TABLE IF NOT EXISTS chaos_applied (
        sequence bigserial, consumer text, message_id uuid, event_type text, key text, version bigint,
        at timestamptz DEFAULT clock_timestamp());
    CREATE OR REPLACE FUNCTION chaos_note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO chaos_applied (consumer, message_id, event_type, key, version)
        VALUES (NEW.consumer, NEW.message_id, NEW.event_type, NEW.key, NEW.version); RETURN NEW; END $$;
    CREATE OR REPLACE TRIGGER chaos_note AFTER UPDATE OF done_at ON messaging_inboxmessage
        FOR EACH ROW WHEN (OLD.done_at IS NULL AND NEW.done_at IS NOT NULL) EXECUTE FUNCTION chaos_note();
    CREATE OR REPLACE FUNCTION chaos_hold_up() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM pg_sleep(random() * 0.008); RETURN NULL; END $$;
    CREATE OR REPLACE TRIGGER chaos_hold_up BEFORE INSERT ON inventory_reservationline EXECUTE FUNCTION chaos_hold_up();
    CREATE OR REPLACE TRIGGER chaos_hold_up BEFORE UPDATE ON inventory_stocklevel EXECUTE FUNCTION chaos_hold_up();
    CREATE OR REPLACE FUNCTION chaos_hold_up_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF random() < 0.1 THEN PERFORM pg_sleep(random() * 0.15); END IF; RETURN NULL; END $$;
    CREATE CONSTRAINT TRIGGER chaos_hold_up_commit AFTER INSERT ON messaging_outboxmessage
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION chaos_hold_up_commit();
    CREATE CONSTRAINT TRIGGER chaos_hold_up_commit AFTER INSERT ON messaging_inboxmessage
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION chaos_hold_up_commit();
"""
REMOVE = """
    DROP TRIGGER IF EXISTS chaos_note ON messaging_inboxmessage;
    DROP TRIGGER IF EXISTS chaos_hold_up ON inventory_reservationline;
    DROP TRIGGER IF EXISTS chaos_hold_up ON inventory_stocklevel;
    DROP TRIGGER IF EXISTS chaos_hold_up_commit ON messaging_outboxmessage;
    DROP TRIGGER IF EXISTS chaos_hold_up_commit ON messaging_inboxmessage;
    DROP FUNCTION IF EXISTS chaos_note, chaos_hold_up, chaos_hold_up_commit;
    DROP TABLE IF EXISTS chaos_applied;
"""


@contextmanager
def beside() -> Iterator[psycopg.Connection[Any]]:
    """Open a connection that is not the shop's: neither held up nor watched."""
    given = {name: value for name, value in connection.get_connection_params().items() if name in _OWN_PARAMETERS}
    with psycopg.connect(**given, autocommit=True) as own:
        yield own


_OWN_PARAMETERS = ("dbname", "user", "password", "host", "port")


class Arena:
    """One test's races. `seed` decides who is held up where; `judge` ends the test."""

    def __init__(self, *, seed: int, folder: Path, tables: dict[str, Any], check: Callable[[list[str]], int]) -> None:
        self.random = random.Random(seed)
        self.folder, self.tables, self.check = folder, tables, check
        self.started_at = time.time()
        self.calls: list[dict[str, Any]] = []
        self.snapshots: list[dict[str, Any]] = []
        self.turn = threading.Lock()

    # racing

    def race(self, *calls: Call) -> list[Any]:
        """Run the calls at once, each held up between its statements as the seed says; return what each returned or raised."""
        line, over = threading.Barrier(len(calls)), threading.Event()
        seeds = [self.random.random() for _ in calls]
        watcher = threading.Thread(target=self._watch, args=(over,))
        watcher.start()
        try:
            with ThreadPoolExecutor(len(calls)) as pool:
                return list(pool.map(lambda call, seed: self._run(call, seed, line), calls, seeds))
        finally:
            over.set()
            watcher.join()

    def _run(self, call: Call, seed: float, line: threading.Barrier) -> Any:
        connection.ensure_connection()
        line.wait(30)
        try:
            with connection.execute_wrapper(_held_up(random.Random(seed))):
                return call()
        except Exception as error:
            return error
        finally:
            connection.close()

    def _watch(self, over: threading.Event) -> None:
        with beside() as own:
            while not over.wait(0.002):
                self._snapshot(own)

    def _snapshot(self, own: psycopg.Connection[Any]) -> None:
        levels, held = own.execute(_LEVELS).fetchone() or (None, None)
        self.snapshots.append({"at": time.time(), "levels": levels or [], "held": held or []})

    # what races are about

    def stock(self, on_hand: int, *, warehouse: str = "") -> UUID:
        """Return a new variant with `on_hand` units."""
        variant_id = uuid7()
        self.bring(variant_id, on_hand, warehouse=warehouse)
        return variant_id

    def bring(self, variant_id: UUID, on_hand: int, *, warehouse: str = "") -> None:
        inventory.set_on_hand(variant_id=variant_id, on_hand=on_hand, reason="races", warehouse=warehouse)

    def place(self, *lines: tuple[UUID, int], cart_id: UUID | None = None, reservation: str = "") -> orders.Order:
        """Reserve and place an order of these lines, as checkout does, and note in the buyers' log what came of it."""
        made = draft(dict(lines), cart_id=cart_id or uuid7(), reservation=reservation)
        wanted = [inventory.StockLine(variant_id=variant_id, quantity=quantity) for variant_id, quantity in lines]
        asked = {"lines": [{"variant": str(variant_id), "quantity": quantity} for variant_id, quantity in lines]}
        with self._logged("place", key=made.reservation, cart=str(made.cart_id), request=asked) as log:
            inventory.reserve_stock(reference=made.reservation, lines=wanted, expires_in_seconds=3600)
            order, _ = orders.place_order(draft=made, order_id=uuid7(), scope=None, encode=answer)
            log.update(order=str(order.id), body=shown(order))
        return order

    def act(self, operation: str, order: orders.Order, call: Call) -> Any:
        """Do something with an order, and note it in the buyers' log."""
        with self._logged(operation, order=str(order.id)) as log:
            result = call()
            log["body"] = {"id": str(getattr(result, "id", ""))}
        return result

    @contextmanager
    def _logged(self, operation: str, **given: Any) -> Iterator[dict[str, Any]]:
        line = {"call": str(uuid7()), "buyer": "racer", "operation": operation, "at": time.time(), **given}
        ended: dict[str, Any] = {"phase": "refused", "status": 409}
        with self.turn:
            self.calls.append({**line, "phase": "invoke"})
        try:
            yield ended
            ended.update(phase="ok", status=200)
        finally:
            with self.turn:
                self.calls.append({**line, **ended, "at": time.time()})

    def expire(self, reference: str) -> None:
        """Let a reservation have expired long ago."""
        self.sql(
            "UPDATE inventory_stockreservation SET expires_at = now() - interval '1 hour' WHERE reference = %s",
            reference,
        )

    def pass_deadline(self, order: orders.Order) -> None:
        """Let an order's time to pay be over, as the database sees it."""
        self.sql("UPDATE orders_order SET payment_deadline = now() WHERE id = %s", order.id)
        self.sql("UPDATE orders_ordersaga SET next_run_at = now() WHERE order_id = %s", order.id)

    def sql(self, statement: str, *values: Any) -> int:
        """Run a statement beside the shop; return how many rows it changed."""
        with beside() as own:
            return own.execute(statement, values).rowcount

    def end_leases(self, table: str, *, due: str, times: int = 2) -> None:
        """Let claims of work in hand lapse so many times, as they do where a worker stands still; few, for attempts are counted."""
        in_hand = f"WHERE lease_token IS NOT NULL AND {due} > now()"
        for _ in range(200):
            time.sleep(0.002)
            if self.sql(f"SELECT FROM {table} {in_hand}"):
                time.sleep(self.random.uniform(0, _LONGEST_HOLD))  # the worker is somewhere in the middle
                times -= bool(self.sql(f"UPDATE {table} SET {due} = now() {in_hand}"))
            if not times:
                return

    # judging

    def judge(self) -> None:
        """Let everything come to rest; then the independent checker must find nothing wrong."""
        settle()
        with beside() as own:
            self._snapshot(own)
            self._write(own)
        printed = io.StringIO()
        with redirect_stdout(printed):
            status = self.check([str(self.folder)])
        assert status == 0, printed.getvalue()

    def _write(self, own: psycopg.Connection[Any]) -> None:
        self.folder.mkdir()
        times = {"started_at": self.started_at, "ended_at": time.time() + 1}
        # All stock came since the test began.
        (self.folder / "run.json").write_text(json.dumps({**times, "opening_stock": {}}))
        names = ("sequence", "consumer", "message_id", "event_type", "key", "version", "at")
        applied = own.execute(
            "SELECT sequence, consumer, message_id::text, event_type, key, version, at::text FROM chaos_applied"
        )
        files: dict[str, Sequence[Any]] = {
            "buyers": self.calls,
            "snapshots": self.snapshots,
            "applied": [dict(zip(names, row, strict=True)) for row in applied],
            "mails": [_mail(message) for message in mail.outbox],
            "ledger": [],
            "sockets": [],
        }
        for name, lines in files.items():
            text = "".join(json.dumps(line, default=str) + "\n" for line in lines)
            (self.folder / f"{name}.jsonl").write_text(text)
        with (self.folder / "database.sql").open("wb") as file:
            for table in self.tables:
                _dump(own, table, file)
            file.write(b"-- PostgreSQL database dump complete\n")


def _held_up(dice: random.Random) -> Callable[..., Any]:
    """Return a wrapper that waits before about half of all statements, up to six milliseconds."""

    def run(execute: Callable[..., Any], sql: str, parameters: Any, many: bool, context: dict[str, Any]) -> Any:
        time.sleep(dice.choice((0, 1)) * dice.uniform(0, _LONGEST_DELAY))
        return execute(sql, parameters, many, context)

    return run


def _dump(own: psycopg.Connection[Any], table: str, file: Any) -> None:
    """Write a table as pg_dump does."""
    columns = [row[0] for row in own.execute("SELECT * FROM " + table + " LIMIT 0").description or ()]
    file.write(f"COPY public.{table} ({', '.join(columns)}) FROM stdin;\n".encode())
    with own.cursor().copy(f"COPY {table} ({', '.join(columns)}) TO STDOUT") as rows:
        for row in rows:
            file.write(bytes(row))
    file.write(b"\\.\n")


def _mail(message: Any) -> dict[str, Any]:
    return {"message_id": message.extra_headers.get("Message-ID", ""), "to": message.to[0], "subject": message.subject}


def shown(order: orders.Order) -> dict[str, Any]:
    """Return what a buyer is shown of an order, as far as the checker asks."""
    found = look(order)
    body: dict[str, Any] = codec.encode({"id": found.id, "version": found.version, "total": found.total})
    return body


def errors(outcomes: Iterable[Any]) -> list[Exception]:
    """Return what was raised."""
    return [outcome for outcome in outcomes if isinstance(outcome, Exception)]


def kinds(outcomes: Iterable[Any]) -> Counter[str]:
    """Count outcomes by their type."""
    return Counter(type(outcome).__name__ for outcome in outcomes)
