"""A shop of a million orders, audited: seconds, and memory, which is not to grow with the orders.

A few orders are placed, paid and partly sent by the running shop; everything that hangs on them is then copied by SQL under new ids, and
stock is booked in for it. `manage.py audit` has to find all of it sound.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from benchmarks import catalogue, imports
from benchmarks.costs import wait_until_done
from benchmarks.shop import BenchShop

_ORDERS = 20
# Tables in which each order has rows of its own, those that are referred to first.
_TABLES = (
    *("inventory_stockreservation", "inventory_reservationline", "inventory_stockmovement"),
    *("orders_order", "orders_ordercontact", "orders_orderline", "orders_orderevent", "orders_ordersaga"),
    *("orders_sagastep", "orders_shipment", "orders_shipmentline", "payments_payment", "payments_paymenttransaction"),
)
# What copies have in common with what they were copied from.
_SHARED = ("variant_id", "product_id", "warehouse_id", "customer_id", "shipping_method_id", "lease_token")
_NAMES = ("number", "reservation", "reference", "reservation_id", "intent_id", "session_id")
_FUNCTIONS = """
    CREATE FUNCTION pg_temp.copied(id uuid, n int) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5(id::text || n)::uuid $$;
    CREATE FUNCTION pg_temp.copied(document jsonb, n int) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
    DECLARE
        words text := document::text;
        id text;
    BEGIN
        FOR id IN SELECT DISTINCT each[1] FROM regexp_matches(words, '[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}', 'g') each
            WHERE NOT EXISTS (SELECT FROM inventory_stockitem WHERE variant_id = each[1]::uuid)
              AND NOT EXISTS (SELECT FROM shipping_shippingmethod method WHERE method.id = each[1]::uuid)
        LOOP
            words := replace(words, id, pg_temp.copied(id::uuid, n)::text);
        END LOOP;
        RETURN words::jsonb
            || CASE WHEN document ? 'number' THEN jsonb_build_object('number', document ->> 'number' || '-' || n) ELSE '{}' END
            || CASE WHEN document ? 'reservation' THEN jsonb_build_object('reservation', document ->> 'reservation' || '-' || n) ELSE '{}' END;
    END $$;
"""
_COLUMNS = """
    SELECT column_name, udt_name FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER' AND is_identity = 'NO'
    ORDER BY ordinal_position
"""
# Levels hold what their movements add up to and reserve what reservations hold, and there is enough of everything.
_STOCK = """
    INSERT INTO inventory_stockmovement (variant_id, warehouse_id, kind, quantity, reason, actor, reference)
        SELECT DISTINCT ON (variant_id, warehouse_id) variant_id, warehouse_id, kind, 100000000, reason, actor, 'bench'
        FROM inventory_stockmovement WHERE shipment_id IS NULL AND quantity > 0;
    UPDATE inventory_stocklevel level SET on_hand = moved.quantity, reserved = 0
        FROM (SELECT variant_id, warehouse_id, sum(quantity) AS quantity FROM inventory_stockmovement GROUP BY 1, 2) moved
        WHERE (level.variant_id, level.warehouse_id) = (moved.variant_id, moved.warehouse_id);
    UPDATE inventory_stocklevel level SET reserved = held.quantity
        FROM (SELECT variant_id, warehouse_id, sum(line.quantity - shipped) AS quantity
              FROM inventory_reservationline line JOIN inventory_stockreservation ON reference = reservation_id
              WHERE status IN ('reserved', 'allocated') GROUP BY 1, 2) held
        WHERE (level.variant_id, level.warehouse_id) = (held.variant_id, held.warehouse_id);
"""
_SEND = """
from apps.orders import api as orders, models
for number, row in enumerate(models.Order.objects.order_by("number")):
    if number % 10:
        orders.ship_order(order_id=row.pk, actor="system:bench", reference="bench")
    if number % 10 > 2:
        orders.deliver_order(order_id=row.pk, actor="system:bench")
"""


def measure(folder: Path, *, rows: int) -> dict[str, Any]:
    """Return what `imports.watch` saw of the audit, and the orders a second."""
    with BenchShop.running(folder / "state") as shop:
        export = folder / "products.csv"
        catalogue.write_export(export, products=10)
        _manage(shop, "import_products", str(export), "--currency", "EUR")
        shop.wait_until_listed(10)
        for buyer, order in shop.buy_and_pay(_ORDERS):
            buyer.wait_for_status(order, "processing")
        _manage(shop, "shell", "--no-imports", "-c", _SEND)
        with psycopg.connect(shop.database_url(), autocommit=True) as database:
            wait_until_done(database)
            database.execute(_FUNCTIONS)
            for table in _TABLES:
                _copy(database, table, copies=max(rows // _ORDERS - 1, 1))
            database.execute(_STOCK)
            database.execute("VACUUM ANALYZE")
            ((made,),) = database.execute("SELECT count(*) FROM orders_order").fetchall()
        run = imports.watch(shop, "audit", "--patience", "5")
    return {"rows": made, "rows_per_second": round(made / run["seconds"]), **run}


def _manage(shop: BenchShop, *arguments: str) -> None:
    if shop.start_manage(*arguments).wait():
        raise SystemExit(f"bin/bench: manage.py {arguments[0]} failed")


def _copy(database: psycopg.Connection[Any], table: str, *, copies: int) -> None:
    """Copy what a table has of orders so many times."""
    columns = [
        (name, kind)
        for name, kind in database.execute(_COLUMNS, [table]).fetchall()
        if (name, kind) != ("id", "int8")  # the database numbers those itself
    ]
    statement = sql.SQL(
        "INSERT INTO {table} ({names}) SELECT {values} FROM {table}, generate_series(1, {copies}) n"
    ).format(
        table=sql.Identifier(table),
        names=sql.SQL(", ").join(sql.Identifier(name) for name, _ in columns),
        values=sql.SQL(", ").join(_value(name, kind) for name, kind in columns),
        copies=copies,
    )
    if table == "inventory_stockmovement":
        statement += sql.SQL(" WHERE shipment_id IS NOT NULL")
    database.execute(statement)


def _value(name: str, kind: str) -> sql.Composable:
    column = sql.Identifier(name)
    if name in _NAMES:
        return sql.SQL("coalesce(nullif({0}, '') || '-' || n, {0})").format(column)
    if name == "data" or (kind == "uuid" and name not in _SHARED):
        return sql.SQL("pg_temp.copied({}, n)").format(column)
    return column
