"""pytest on the servers of `throwaway`: every worker's database is cloned from one migrated template.

With DATABASE_URL set, the caller's servers are used as they are and pytest-django makes its databases itself.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Final

import pytest

from ecommerce.local import cloned_database
from ecommerce.local.browser import find_chromium
from ecommerce.local.throwaway import EMBEDDED_VARIABLE

REPORT_VARIABLE: Final = "SHOP_TEST_REPORT"


def pytest_configure(config: pytest.Config) -> None:
    """Put the template in front of pytest-django's own fixtures, which are registered later than this module."""
    if os.environ.get(EMBEDDED_VARIABLE):
        config.pluginmanager.register(cloned_database, "shop-cloned-database")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give every test that commits the migrated content back; see to the browser."""
    for item in items:
        if isinstance(item, pytest.Function):
            _give_seeds_back(item)
    _require_browser(items)


def _give_seeds_back(item: pytest.Function) -> None:
    # A test that commits ends with a flush. One that does not bring the seeds of migrations back leaves the next one without
    # them, or with content types under other keys.
    marker = item.get_closest_marker("django_db")
    if marker and marker.kwargs.get("transaction"):
        # In the marker, by which alone pytest-django decides whether to keep the seeds at all.
        item.add_marker(pytest.mark.django_db(**{**marker.kwargs, "serialized_rollback": True}), append=False)
    elif not {"transactional_db", "live_server"}.isdisjoint(item.fixturenames):
        item.fixturenames.append("django_db_serialized_rollback")


def _require_browser(items: list[pytest.Item]) -> None:
    # Without a Chromium, skip browser tests visibly, or refuse the run where they are required.
    browser_items = [item for item in items if item.get_closest_marker("browser")]
    if not browser_items or find_chromium():
        return
    if os.environ.get("REQUIRE_BROWSER") == "1":
        raise pytest.UsageError(
            "REQUIRE_BROWSER=1 and no Chromium is found: apt install chromium-headless-shell, or set CHROMIUM."
        )
    for item in browser_items:
        item.add_marker(
            pytest.mark.skip(reason="no Chromium found: apt install chromium-headless-shell, or set CHROMIUM")
        )


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
    reports = [report for kind in terminalreporter.stats.values() for report in kind]
    tests = [report for report in reports if isinstance(report, pytest.TestReport)]
    skipped = [report for report in reports if isinstance(report, pytest.TestReport | pytest.CollectReport)]
    content = {
        "skips": [[report.nodeid, _reason(report)] for report in skipped if report.skipped],
        "durations": [[report.nodeid, report.when, report.duration] for report in tests],
        "outcomes": {kind: len(terminalreporter.stats.get(kind, ())) for kind in ("passed", "failed", "error")},
    }
    Path(path).write_text(json.dumps(content), encoding="utf-8")


def _reason(report: Any) -> str:
    longrepr = report.longrepr
    return str(longrepr[2]) if isinstance(longrepr, tuple) else str(longrepr)
