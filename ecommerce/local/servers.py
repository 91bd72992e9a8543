"""The servers under the shop: embedded ones where no address was given, the caller's where one was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import psycopg
import redis

from ecommerce.local.console import Console
from ecommerce.local.errors import StartError
from ecommerce.local.postgres import DATABASE, Postgres
from ecommerce.local.service import Service
from ecommerce.local.state import StateFolder
from ecommerce.local.supervisor import Supervisor
from ecommerce.local.valkey import Valkey

_STAMP: Final = "prepared "


class Servers:
    """PostgreSQL and the two Valkeys of one shop.

    `given` is the caller's environment: DATABASE_URL, CACHE_URL and BROKER_URL in it replace the embedded server.
    """

    def __init__(self, *, given: Mapping[str, str], state: StateFolder, durable: bool = True) -> None:
        self._given = given
        self._postgres = (
            None
            if given.get("DATABASE_URL")
            else Postgres(folder=state.path / "postgres", sockets=state.sockets, durable=durable)
        )
        self._valkeys = {
            variable: Valkey(name=name, folder=state.path / name, sockets=state.sockets, keeps=keeps)
            for variable, name, keeps in (("CACHE_URL", "valkey-cache", False), ("BROKER_URL", "valkey-state", True))
            if not given.get(variable)
        }

    @property
    def embedded(self) -> bool:
        """Tell whether the database is ours to prepare and stamp."""
        return self._postgres is not None

    def urls(self) -> dict[str, str]:
        """Return DATABASE_URL, CACHE_URL and BROKER_URL."""
        urls = {
            name: self._given[name] for name in ("DATABASE_URL", "CACHE_URL", "BROKER_URL") if self._given.get(name)
        }
        if self._postgres:
            urls["DATABASE_URL"] = self._postgres.url()
        return urls | {variable: valkey.url for variable, valkey in self._valkeys.items()}

    def start(self, supervisor: Supervisor, *, console: Console, meanwhile: tuple[Service, ...] = ()) -> None:
        """Start the embedded servers and wait until they answer; run `meanwhile` beside initdb."""
        for valkey in self._valkeys.values():
            supervisor.start(valkey.service())
        commands = list(meanwhile)
        if self._postgres:
            self._postgres.make_folders()
            if initdb := self._postgres.initdb():
                console.step("making the database cluster")
                commands.append(initdb)
        supervisor.run_all(commands)
        if self._postgres:
            self._postgres.adopt_data()
            console.step("starting PostgreSQL and Valkey")
            supervisor.start(self._postgres.service())
        # No patience limit: the recovery after a power cut takes as long as it takes.
        supervisor.wait_until_ready([*(valkey.name for valkey in self._valkeys.values()), *self._database_names()])
        if self._postgres:
            self._postgres.ensure_database()
        self._require_answers()

    def read_stamp(self) -> str:
        """Return the fingerprint the embedded database was last prepared with; empty for a server of the caller's."""
        if not self._postgres:
            return ""
        with psycopg.connect(self._postgres.url()) as connection:
            row = connection.execute(
                "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
            ).fetchone()
        return str(row[0]).removeprefix(_STAMP) if row and row[0] else ""

    def write_stamp(self, stamp: str) -> None:
        """Remember in the embedded database itself what it was prepared with, so that the two go together."""
        if self._postgres:
            with psycopg.connect(self._postgres.url(), autocommit=True) as connection:
                statement = psycopg.sql.SQL("COMMENT ON DATABASE {} IS {}")
                connection.execute(
                    statement.format(psycopg.sql.Identifier(DATABASE), psycopg.sql.Literal(_STAMP + stamp))
                )

    def _database_names(self) -> list[str]:
        return ["postgres"] if self._postgres else []

    def _require_answers(self) -> None:
        if not self._postgres:
            _require_database(self._given["DATABASE_URL"])
        for variable in ("CACHE_URL", "BROKER_URL"):
            if variable not in self._valkeys:
                _require_redis(variable, self._given[variable])


def _require_database(url: str) -> None:
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.Error as error:
        reason = str(error).strip().splitlines()[0]
        raise StartError(
            f"DATABASE_URL does not lead to a database ({reason}). "
            "Example: DATABASE_URL=postgresql://shop:secret@127.0.0.1:5432/shop"
        ) from error


def _require_redis(variable: str, url: str) -> None:
    try:
        redis.Redis.from_url(url, socket_timeout=5, socket_connect_timeout=5).ping()
    except (redis.RedisError, OSError, ValueError) as error:
        raise StartError(
            f"{variable} does not lead to a Redis or Valkey server ({error}). "
            f"Example: {variable}=redis://127.0.0.1:6379/0"
        ) from error
