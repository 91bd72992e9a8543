"""Fixtures in front of pytest-django's: the first worker migrates, the others copy what it made.

Registered by `pytest_plugin` on servers that are thrown away afterwards, hence nothing is ever torn down.
"""

from __future__ import annotations

import os
from typing import Any, Final

import psycopg
import pytest
from psycopg import sql

_TEMPLATE: Final = "shop_template"
_LOCK: Final = 7_305_001


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Have pytest-django take the database it finds."""
    return True


@pytest.fixture(scope="session")
def django_db_createdb() -> bool:
    """Override `--create-db`: the database is always new."""
    return False


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> psycopg.Connection[Any] | None:
    """Clone the template; where there is none yet, return the connection that holds the lock to make it under."""
    name = _test_database_name()
    connection = psycopg.connect(_maintenance_url(), autocommit=True)
    connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
    if not _exists(connection, _TEMPLATE):
        return connection
    _clone(connection, source=_TEMPLATE, name=name)
    connection.close()
    return None


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, django_db_modify_db_settings: psycopg.Connection[Any] | None, django_db_blocker: Any
) -> None:
    """After pytest-django has migrated: make the template of it, if that is this worker's part."""
    if django_db_modify_db_settings is None:
        return
    from django.db import connections

    with django_db_blocker.unblock():
        connections.close_all()
    made = str(connections["default"].settings_dict["NAME"])
    _clone(django_db_modify_db_settings, source=made, name=_TEMPLATE)
    django_db_modify_db_settings.close()


def _test_database_name() -> str:
    from django.db import connections

    settings = connections["default"].settings_dict
    return str(settings["TEST"]["NAME"] or f"test_{settings['NAME']}")


def _maintenance_url() -> str:
    head, _, query = os.environ["DATABASE_URL"].partition("?")
    return f"{head.rpartition('/')[0]}/postgres?{query}"


def _exists(connection: psycopg.Connection[Any], name: str) -> bool:
    return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def _clone(connection: psycopg.Connection[Any], *, source: str, name: str) -> None:
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
    connection.execute(statement.format(sql.Identifier(name), sql.Identifier(source)))
