"""The yardstick for writes: pgbench with a fixed script of one order's writes, on the shop's own PostgreSQL."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import psycopg

from ecommerce.local.binaries import postgres_binary

SCRIPT = Path(__file__).resolve().parent.parent / "bench_reference.sql"
TABLES = """
CREATE TABLE ref_reservation (reference text PRIMARY KEY, status text NOT NULL, fingerprint text NOT NULL, expires_at timestamptz NOT NULL);
CREATE INDEX ON ref_reservation (expires_at) WHERE status = 'reserved';
CREATE TABLE ref_reservation_line (id bigserial PRIMARY KEY, reference text NOT NULL REFERENCES ref_reservation, variant_id int NOT NULL,
    warehouse_id int NOT NULL, quantity int NOT NULL CHECK (quantity > 0));
CREATE INDEX ON ref_reservation_line (reference);
CREATE TABLE ref_stock_level (variant_id int PRIMARY KEY, on_hand int NOT NULL, reserved int NOT NULL,
    CHECK (0 <= reserved AND reserved <= on_hand)) WITH (fillfactor = 60);
INSERT INTO ref_stock_level SELECT n, 1000000, 0 FROM generate_series(1, 10000) n;
CREATE TABLE ref_idempotency (reference text PRIMARY KEY, fingerprint text NOT NULL, status int NOT NULL, body text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now());
CREATE INDEX ON ref_idempotency (created_at);
CREATE SEQUENCE ref_order_number;
CREATE TABLE ref_order (id uuid PRIMARY KEY, number bigint UNIQUE NOT NULL, cart_id uuid UNIQUE NOT NULL, status text NOT NULL,
    total numeric(19,4) NOT NULL CHECK (total >= 0), currency varchar(3) NOT NULL, placed_at timestamptz NOT NULL);
CREATE INDEX ON ref_order (placed_at DESC, id DESC);
CREATE TABLE ref_order_line (id uuid PRIMARY KEY, order_id uuid NOT NULL REFERENCES ref_order, variant_id int NOT NULL, sku text NOT NULL,
    title text NOT NULL, quantity int NOT NULL, unit_price numeric(19,4) NOT NULL, line_total numeric(19,4) NOT NULL, tax numeric(19,4) NOT NULL);
CREATE INDEX ON ref_order_line (order_id);
CREATE TABLE ref_order_contact (order_id uuid PRIMARY KEY REFERENCES ref_order, email text NOT NULL, shipping_address jsonb, billing_address jsonb);
CREATE TABLE ref_order_event (id uuid PRIMARY KEY, order_id uuid NOT NULL REFERENCES ref_order, version int NOT NULL, type text NOT NULL,
    data jsonb NOT NULL, at timestamptz NOT NULL, UNIQUE (order_id, version));
CREATE TABLE ref_saga (id uuid PRIMARY KEY, order_id uuid UNIQUE NOT NULL, next_run_at timestamptz);
CREATE INDEX ON ref_saga (next_run_at) WHERE next_run_at IS NOT NULL;
CREATE TABLE ref_outbox (id uuid PRIMARY KEY, event_type text NOT NULL, key text NOT NULL, version bigint NOT NULL, shard smallint NOT NULL,
    payload jsonb NOT NULL, occurred_at timestamptz NOT NULL, published_at timestamptz, UNIQUE (key, version));
CREATE INDEX ON ref_outbox (shard, key, version) WHERE published_at IS NULL;
"""


def make_tables(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(TABLES)


def run_pgbench(url: str, *, concurrency: int, seconds: int) -> float:
    """Return transactions (whole orders) per second."""
    threads = str(min(concurrency, 2))
    command = [
        postgres_binary("pgbench"),
        "-n",
        "-M",
        "prepared",
        "-c",
        str(concurrency),
        "-j",
        threads,
        "-T",
        str(seconds),
        "-f",
        str(SCRIPT),
        url,
    ]
    output = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"tps = ([\d.]+)", output.stdout)
    if not found:
        raise SystemExit(f"bin/bench: pgbench failed: {output.stderr[-500:]}")
    return float(found[1])
