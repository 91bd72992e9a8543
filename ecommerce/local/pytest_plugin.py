"""pytest on the servers of `throwaway`: every worker's database is cloned from one migrated template.

With DATABASE_URL set, the caller's servers are used as they are and pytest-django makes its databases itself.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
from psycopg import sql

from ecommerce.local.browser import find_chromium
from ecommerce.local.throwaway import EMBEDDED_VARIABLE

REPORT_VARIABLE: Final = "SHOP_TEST_REPORT"
_TEMPLATE: Final = "shop_template"
_LOCK: Final = 7_305_001


def pytest_configure(config: pytest.Config) -> None:
    """Put the template in front of pytest-django's own fixtures, which are registered later than this module."""
    if os.environ.get(EMBEDDED_VARIABLE):
        config.pluginmanager.register(_ClonedDatabase(), "shop-cloned-database")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a Chromium, skip browser tests visibly, or refuse the run where they are required."""
    browser_items = [item for item in items if item.get_closest_marker("browser")]
    if not browser_items or find_chromium():
        return
    if os.environ.get("REQUIRE_BROWSER") == "1":
        raise pytest.UsageError("REQUIRE_BROWSER=1 and no Chromium is found: apt install chromium, or set CHROMIUM.")
    for item in browser_items:
        item.add_marker(pytest.mark.skip(reason="no Chromium found: apt install chromium, or set CHROMIUM"))


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of the Chromium to drive; tests that ask for it carry the marker `browser`."""
    path = find_chromium()
    if path is None:
        pytest.fail("a test that drives a browser is not marked with pytest.mark.browser")
    return path


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Write skips and durations for bin/test, which adds up several runs."""
    path = os.environ.get(REPORT_VARIABLE)
    if not path:
        return
    reports = [report for kind in terminalreporter.stats.values() for report in kind if hasattr(report, "when")]
    content = {
        "skips": [[report.nodeid, _reason(report)] for report in reports if report.skipped],
        "durations": [[report.nodeid, report.when, report.duration] for report in reports if hasattr(report, "nodeid")],
        "outcomes": {kind: len(terminalreporter.stats.get(kind, ())) for kind in ("passed", "failed", "error")},
    }
    Path(path).write_text(json.dumps(content), encoding="utf-8")


def _reason(report: Any) -> str:
    longrepr = report.longrepr
    return str(longrepr[2]) if isinstance(longrepr, tuple) else str(longrepr)


class _ClonedDatabase:
    """Fixtures: the first worker migrates, the others copy what it made; the servers are thrown away afterwards."""

    def __init__(self) -> None:
        self._lock: psycopg.Connection[Any] | None = None

    @pytest.fixture(scope="session")
    def django_db_keepdb(self) -> bool:
        return True

    @pytest.fixture(scope="session")
    def django_db_createdb(self) -> bool:
        return False

    @pytest.fixture(scope="session")
    def django_db_modify_db_settings(self, django_db_modify_db_settings_parallel_suffix: None) -> None:
        name = _test_database_name()
        connection = psycopg.connect(_maintenance_url(), autocommit=True)
        connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        if _exists(connection, _TEMPLATE):
            _clone(connection, source=_TEMPLATE, name=name)
            connection.close()
        else:
            self._lock = connection

    @pytest.fixture(scope="session")
    def django_db_setup(self, django_db_setup: None, django_db_blocker: Any) -> None:
        if self._lock is None:
            return
        from django.db import connections

        with django_db_blocker.unblock():
            connections.close_all()
        _clone(self._lock, source=_test_database_name(), name=_TEMPLATE)
        self._lock.close()


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
