"""After the last fault: waiting until the shop has nothing left to do, and taking down what it did."""

from __future__ import annotations

import email
import email.policy
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from ecommerce.local.binaries import postgres_binary
from laboratory.folder import Folder
from laboratory.shop import LaboratoryShop

# Each is a sentence and a count that is 0 when nothing is left to do. What is parked waits for staff, not for time.
_UNDONE = {
    "events not yet copied": "SELECT count(*) FROM messaging_outboxmessage WHERE published_at IS NULL",
    "events not yet applied": "SELECT count(*) FROM messaging_inboxmessage m WHERE done_at IS NULL AND NOT EXISTS"
    " (SELECT 1 FROM messaging_inboxmessage p WHERE p.consumer = m.consumer AND p.key = m.key AND p.parked_at IS NOT NULL)",
    "orders that wait for money": "SELECT count(*) FROM orders_order WHERE status = 'awaiting_payment'",
    "steps of sagas": "SELECT count(*) FROM orders_sagastep s JOIN orders_ordersaga o USING (order_id)"
    " WHERE s.done_at IS NULL AND o.parked_at IS NULL",
    "refunds on their way": "SELECT count(*) FROM payments_refund WHERE status = 'pending' AND parked_at IS NULL",
    "webhooks": "SELECT count(*) FROM payments_webhookevent WHERE next_run_at IS NOT NULL AND parked_at IS NULL",
    "mails": "SELECT count(*) FROM notifications_outboundmail WHERE next_run_at IS NOT NULL AND parked_at IS NULL",
}
_PARKED = """
    SELECT 'event ' || consumer || ' ' || key || ': ' || left(last_error, 300) FROM messaging_inboxmessage WHERE parked_at IS NOT NULL
    UNION ALL SELECT 'saga of order ' || order_id || ': ' || left(last_error, 300) FROM orders_ordersaga WHERE parked_at IS NOT NULL
    UNION ALL SELECT 'refund ' || id || ': ' || left(last_error, 300) FROM payments_refund WHERE parked_at IS NOT NULL
    UNION ALL SELECT 'webhook ' || event_id || ': ' || left(last_error, 300) FROM payments_webhookevent WHERE parked_at IS NOT NULL
    UNION ALL SELECT 'mail ' || message_id || ': ' || left(last_error, 300) FROM notifications_outboundmail WHERE parked_at IS NOT NULL
"""
_APPLIED_LOG = """
    CREATE TABLE laboratory_applied (
        sequence bigserial PRIMARY KEY, consumer text, message_id uuid, event_type text, key text, version bigint,
        at timestamptz DEFAULT clock_timestamp());
    CREATE FUNCTION laboratory_note_applied() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO laboratory_applied (consumer, message_id, event_type, key, version)
        VALUES (NEW.consumer, NEW.message_id, NEW.event_type, NEW.key, NEW.version);
        RETURN NULL;
    END $$;
    CREATE TRIGGER laboratory_applied AFTER UPDATE OF done_at ON messaging_inboxmessage
        FOR EACH ROW WHEN (NEW.done_at IS NOT NULL AND OLD.done_at IS DISTINCT FROM NEW.done_at)
        EXECUTE FUNCTION laboratory_note_applied();
"""


def log_completions(shop: LaboratoryShop) -> None:
    """Have the database itself note each completion of an inbox row, in the transaction that completes it."""
    with shop.connect() as connection:
        connection.execute(_APPLIED_LOG)


def count_undone(shop: LaboratoryShop) -> dict[str, int]:
    """Return what is left to do, by what it is; nothing where all is quiet."""
    found = {what: int(shop.query(sql)[0][0]) for what, sql in _UNDONE.items()}
    return {what: count for what, count in found.items() if count}


def list_parked(shop: LaboratoryShop) -> list[str]:
    """Return what was given up and waits for staff."""
    return [row[0] for row in shop.query(_PARKED)]


def wait_until_quiet(shop: LaboratoryShop, *, seconds: float, say: Any) -> dict[str, int]:
    """Wait until nothing was left to do twice in a row; return what still is when the time is over."""
    deadline, quiet = time.monotonic() + seconds, 0
    left: dict[str, int] = {}
    while quiet < 2:
        try:
            left = count_undone(shop)
        except psycopg.Error as error:
            left = {f"a database that answers ({error})": 1}
        quiet = 0 if left else quiet + 1
        if time.monotonic() > deadline:
            return left
        say("waits until quiet: " + (", ".join(f"{count} {what}" for what, count in left.items()) or "nothing left"))
        time.sleep(1.5)
    return {}


def collect(shop: LaboratoryShop, folder: Folder) -> None:
    """Write the provider's ledger, the consumers' log, the mails and the dump."""
    folder.write_all("ledger", shop.sandbox("GET", "/sandbox/ledger")["data"])
    folder.write_all("applied", _read_applied(shop))
    folder.write_all("mails", _read_mails(shop.mail))
    command = [postgres_binary("pg_dump"), "--dbname", shop.settings["DATABASE_URL"], "--no-owner"]
    with (folder.path / "database.sql").open("wb") as file:
        subprocess.run([*command, "--exclude-table=laboratory_applied*"], stdout=file, check=True, timeout=300)


def _read_applied(shop: LaboratoryShop) -> Iterator[dict[str, Any]]:
    with shop.connect() as connection:
        columns = ("sequence", "consumer", "message_id", "event_type", "key", "version", "at")
        rows = connection.execute(
            "SELECT sequence, consumer, message_id, event_type, key, version, extract(epoch FROM at)::float8"
            " FROM laboratory_applied ORDER BY sequence"
        )
        for row in rows:
            yield dict(zip(columns, row, strict=True))


def _read_mails(folder: Path) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.glob("*.eml")):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        message_id = str(message["Message-ID"])
        # <kind.order.version@shop>, or of another kind of mail, which is about no order.
        parts = message_id.strip("<>").partition("@")[0].split(".")
        yield {
            "message_id": message_id,
            "to": str(message["To"]),
            "subject": str(message["Subject"]),
            "order": parts[1] if len(parts) == 3 else None,
        }


def read_opening_stock(shop: LaboratoryShop) -> dict[str, int]:
    rows = shop.query("SELECT variant_id::text, sum(on_hand)::int FROM inventory_stocklevel GROUP BY variant_id")
    return {row[0]: row[1] for row in rows}
