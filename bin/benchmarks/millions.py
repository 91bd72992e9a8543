"""What a bad night leaves behind, a million rows of it: how long it takes to get through, and memory, which is not to grow with the rows.

On a PostgreSQL of its own that loses nothing at a power cut, filled by SQL; one process does the work.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from benchmarks import imports
from ecommerce.local.embedded import embedded_servers

ROOT = Path(__file__).resolve().parents[2]
_VARIANTS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Rows to make (`{rows}` of them), what gets through them, and the question whether it did."""

    fill: str
    work: str
    left: str


SECTIONS: dict[str, Section] = {
    "reservations": Section(
        fill=f"""
            INSERT INTO inventory_warehouse (id, code, name) VALUES (md5('w')::uuid, 'bench', 'Bench');
            INSERT INTO inventory_stockitem (variant_id, status)
                SELECT md5('v' || n)::uuid, 'in' FROM generate_series(0, {_VARIANTS - 1}) n;
            INSERT INTO inventory_stocklevel (id, variant_id, warehouse_id, on_hand, reserved)
                SELECT md5('l' || n)::uuid, md5('v' || n)::uuid, md5('w')::uuid, {{rows}} + 1000, 0
                FROM generate_series(0, {_VARIANTS - 1}) n;
            INSERT INTO inventory_stockreservation (reference, status, expires_at)
                SELECT encode(sha256(n::text::bytea), 'hex'), 'reserved', now() - interval '1 day'
                FROM generate_series(1, {{rows}}) n;
            INSERT INTO inventory_reservationline (reservation_id, variant_id, warehouse_id, quantity)
                SELECT encode(sha256(n::text::bytea), 'hex'), md5('v' || n % {_VARIANTS})::uuid, md5('w')::uuid, 1
                FROM generate_series(1, {{rows}}) n;
            UPDATE inventory_stocklevel level SET reserved = held.quantity
                FROM (SELECT variant_id, sum(quantity) AS quantity FROM inventory_reservationline GROUP BY variant_id) held
                WHERE held.variant_id = level.variant_id;
        """,
        work="from apps.inventory import api; api.release_expired()",
        left="SELECT count(*) FROM inventory_stockreservation WHERE status = 'reserved'",
    ),
    "backlog": Section(
        fill="""
            INSERT INTO messaging_outboxmessage (id, event_type, key, version, shard, payload, headers)
            SELECT uuidv7(), 'orders.order_placed.v1', 'orders:' || md5(n::text)::uuid, 1, n % 16, jsonb_build_object(
                'order_id', md5(n::text)::uuid, 'version', 1, 'number', n::text, 'cart_id', md5('c' || n)::uuid,
                'customer_id', NULL, 'items', '[]'::jsonb, 'total', '{"amount": "84.90", "currency": "EUR"}'::jsonb), '{}'
            FROM generate_series(1, {rows}) n;
        """,
        work="from apps.messaging.relay import relay_once; relay_once()",
        left="SELECT count(*) FROM messaging_outboxmessage WHERE published_at IS NULL",
    ),
}


@dataclass(frozen=True, slots=True)
class Project:
    """`manage.py` with the servers of a section."""

    environment: Mapping[str, str]

    def start_manage(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start `manage.py`."""
        return subprocess.Popen(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=dict(self.environment), stdout=sys.stderr
        )


def measure(name: str, folder: Path, *, rows: int) -> dict[str, Any]:
    """Return what `imports.watch` saw, and the rows a second."""
    section = SECTIONS[name]
    with embedded_servers(folder, durable=True) as urls:
        settings = {"DJANGO_SETTINGS_MODULE": "tests.settings", "SHOP_ENVIRONMENT": "test", "STATE_DIR": str(folder)}
        project = Project({**os.environ, **urls.environment(), **settings})
        if project.start_manage("migrate", "--verbosity", "0").wait():
            raise SystemExit("bin/bench: the database was not prepared")
        with psycopg.connect(urls.database, autocommit=True) as database:
            database.execute(section.fill.replace("{rows}", str(rows)).encode())
            database.execute("VACUUM ANALYZE")
            run = imports.watch(project, "shell", "--no-imports", "-c", section.work)
            if database.execute(section.left.encode()).fetchone() != (0,):
                raise SystemExit(f"bin/bench: {name} are left")
    return {"rows": rows, "rows_per_second": round(rows / run["seconds"]), **run}
