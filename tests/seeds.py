"""What migrations wrote, put back before a test that commits (`serialized_rollback`), in one statement per table.

Django's own way saves object by object through the ORM: a tenth of what all tests cost.
"""

from __future__ import annotations

import json
from typing import Any

from django.db import transaction
from django.db.backends.base.creation import BaseDatabaseCreation

from tests.sentinel import Sentinel

_COLUMNS = """
    SELECT t.table_name, array_agg(quote_ident(c.column_name) ORDER BY c.ordinal_position)
    FROM information_schema.tables t JOIN information_schema.columns c USING (table_schema, table_name)
    WHERE t.table_schema = current_schema() AND t.table_type = 'BASE TABLE' AND t.table_name <> 'django_migrations'
        AND c.is_generated = 'NEVER'
    GROUP BY t.table_name ORDER BY t.table_name
"""


def _keep(self: BaseDatabaseCreation) -> str:
    kept = []
    with self.connection.cursor() as cursor:
        cursor.execute(_COLUMNS)
        for table, columns in cursor.fetchall():
            cursor.execute(f"SELECT json_agg(t)::text FROM {table} t")
            (rows,) = cursor.fetchone()
            if rows:
                names = ", ".join(columns)
                rows_of = f"SELECT {names} FROM jsonb_populate_recordset(NULL::{table}, %s)"
                # Before the first such test everything is still there.
                kept.append((f"INSERT INTO {table} ({names}) {rows_of} ON CONFLICT DO NOTHING", rows))
    return json.dumps(kept)


def _put_back(self: BaseDatabaseCreation, data: str) -> None:
    Sentinel.paused = True
    try:
        with transaction.atomic(using=self.connection.alias), self.connection.cursor() as cursor:
            for statement, rows in json.loads(data):
                cursor.execute(statement, [rows])
    finally:
        Sentinel.paused = False


def install() -> None:
    """Keep and put back seeds in this way, from now on; before the databases of the tests are made."""
    creation: Any = BaseDatabaseCreation
    creation.serialize_db_to_string = _keep
    creation.deserialize_db_from_string = _put_back
