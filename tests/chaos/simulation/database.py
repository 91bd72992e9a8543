"""The real PostgreSQL in the simulation: its clock is ours, its contents can be taken back, and sessions end as those of a killed process.

`statement_timestamp()`, by which the shop's SQL tells the time, is found in a schema of our own before PostgreSQL's. What the shop
sends is not changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import psycopg
import pytest
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

_SEARCH_PATH = " -c search_path=simulation,pg_catalog,public"
_CLOCK = """
    CREATE SCHEMA simulation;
    CREATE TABLE simulation.clock (now timestamptz NOT NULL);
    INSERT INTO simulation.clock VALUES (pg_catalog.statement_timestamp());
    CREATE FUNCTION simulation.statement_timestamp() RETURNS timestamptz LANGUAGE sql STABLE AS 'SELECT now FROM simulation.clock';
    CREATE FUNCTION simulation.random() RETURNS double precision LANGUAGE sql IMMUTABLE AS 'SELECT 0.5::double precision';
"""
# Defaults of columns name the function that was found when they were made.
_DEFAULTS = """
    SELECT format('ALTER TABLE %%s ALTER COLUMN %%I SET DEFAULT ', adrelid::regclass, attname)
    FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
    WHERE pg_get_expr(adbin, adrelid) ~ '^(simulation\\.|pg_catalog\\.)?statement_timestamp\\(\\)$'
"""
_COLUMNS = """
    SELECT t.table_name, string_agg(quote_ident(c.column_name), ', ' ORDER BY c.ordinal_position)
    FROM information_schema.tables t JOIN information_schema.columns c USING (table_schema, table_name)
    WHERE t.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND t.table_name <> 'django_migrations'
        AND c.is_generated = 'NEVER'
    GROUP BY t.table_name ORDER BY t.table_name
"""


class SimulatedDatabase:
    """The test's database. `admin` is a session of ours that no simulated death touches and that tells no time."""

    def __init__(self, admin: psycopg.Connection[Any]) -> None:
        self.admin = admin
        self._restore = ""

    def set_time(self, now: datetime) -> None:
        self.admin.execute("UPDATE simulation.clock SET now = %s", [now])

    def fetch(self, sql: str, parameters: Any = None) -> list[tuple[Any, ...]]:
        return self.admin.execute(sql, parameters).fetchall()

    def keep(self) -> None:
        """Remember the contents of all tables, for `restore`."""
        statements = ["SET LOCAL session_replication_role = replica"]  # what is append-only for the shop is not for us
        for table, columns in self.fetch(_COLUMNS):
            self.admin.execute(f"DROP TABLE IF EXISTS simulation.kept_{table}")
            statements.append(f"DELETE FROM public.{table}")
            if self.fetch(f"SELECT EXISTS (SELECT FROM public.{table})")[0][0]:
                self.admin.execute(f"CREATE TABLE simulation.kept_{table} AS SELECT {columns} FROM public.{table}")
                statements.append(
                    f"INSERT INTO public.{table} ({columns}) SELECT {columns} FROM simulation.kept_{table}"
                )
        body = ";\n".join(statements)
        self.admin.execute(
            f"CREATE OR REPLACE PROCEDURE simulation.restore() LANGUAGE plpgsql AS $body$ BEGIN {body}; END $body$"
        )

    def restore(self) -> None:
        """Take all tables back to what was kept; nobody else may be at work."""
        self.admin.execute("CALL simulation.restore()")

    def kill_session(self, of: BaseDatabaseWrapper) -> None:
        """End a session as the death of its process does, and wait until PostgreSQL has let go of all that it held."""
        session = of.connection
        if session is None or session.closed:
            return
        pid = session.info.backend_pid
        of.close()
        while self.fetch("SELECT FROM pg_stat_activity WHERE pid = %s", [pid]):
            pass


@contextmanager
def simulated_database(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimulatedDatabase]:
    """Lend the test's database a clock of ours; afterwards it tells its own time again."""
    parameters = connection.get_connection_params()
    named = {name: parameters[name] for name in ("dbname", "user", "password", "host", "port") if name in parameters}
    options = connection.settings_dict["OPTIONS"]
    connections.close_all()
    with psycopg.connect(**named, autocommit=True) as admin:
        admin.execute(_CLOCK)
        try:
            _set_defaults(admin, "simulation.statement_timestamp()")
            monkeypatch.setitem(options, "options", options["options"] + _SEARCH_PATH)
            yield SimulatedDatabase(admin)
        finally:
            monkeypatch.setitem(options, "options", options["options"].removesuffix(_SEARCH_PATH))
            connections.close_all()
            _set_defaults(admin, "pg_catalog.statement_timestamp()")
            admin.execute("DROP SCHEMA simulation CASCADE")


def _set_defaults(admin: psycopg.Connection[Any], expression: str) -> None:
    for (statement,) in admin.execute(_DEFAULTS.replace("%%", "%")).fetchall():
        admin.execute(statement + expression)
