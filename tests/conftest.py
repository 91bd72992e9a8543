"""What every test gets: embedded servers, the SQL sentinel, clean throttles, nothing remembered."""

from pathlib import Path

import pytest

from apps.persistence.remembered import Remembered
from tests import seeds, sentinel
from tests.shop.running import pictures, shop

pytest_plugins = ["ecommerce.local.pytest_plugin", "tests.chaos.simulation.summary"]

seeds.install()

# Folders whose processes are one running shop.
_ONE_SHOP = {"deploy", "e2e", "shop"}
# Folders of which every test is marked by their own conftest, later than this hook.
_PROCESSES = {"e2e", "shop"}
# What bin/test --fast leaves out: other programs, pictures, what many apps refuse together, whole pages and values made up by the hundred.
_SLOW = (
    *(
        "abuse",
        "backoffice/test_drawing",
        "backoffice/test_mails",
        "chaos/laboratory",
        "local/test_supervisor",
        "media",
    ),
    *("notifications/test_sockets", "payments/sandbox", "pricing/test_properties", "storefront/test_validity"),
)
# Groups that begin before all others, the longest first: one that began late would go on alone.
_LONGEST = ("e2e", "shop", "messaging-lab", "deploy", "local/test_up.py", "local/test_bench.py")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep together, on one worker, what shares processes; first of all hooks, since others read groups and marks."""
    for item in items:
        path = item.path.relative_to(Path(__file__).parent)
        with_processes = path.parts[0] in _PROCESSES or item.get_closest_marker("processes")
        if with_processes and not item.get_closest_marker("xdist_group"):
            group = path.parts[0] if path.parts[0] in _ONE_SHOP else path.as_posix()
            item.add_marker(pytest.mark.xdist_group(group))
        if path.as_posix().startswith(_SLOW):
            item.add_marker(pytest.mark.slow)
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    marker = item.get_closest_marker("xdist_group")
    return _LONGEST.index(marker.args[0]) if marker and marker.args[0] in _LONGEST else len(_LONGEST)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Refuse a pytest under which groups are silently lost, as 9.2 does: pytest-xdist writes them behind the ids."""
    grouped = (item for item in session.items if item.get_closest_marker("xdist_group"))
    if session.config.getoption("loadgroup", default=False) and any("@" not in item.nodeid for item in grouped):
        raise pytest.UsageError("pytest-xdist does not group tests under this pytest: install requirements-dev.lock.")


@pytest.fixture(scope="session", autouse=True)
def _install_sentinel():
    sentinel.install()


@pytest.fixture(autouse=True)
def _no_statement_crosses_apps():
    sentinel.violations.clear()
    yield
    assert sentinel.violations == []


@pytest.fixture(autouse=True)
def _nothing_remembered_of_another_test():
    """What a process remembers outlives the rollback of a test, and would save the next one a query."""
    Remembered.forget_all()


__all__ = ["pictures", "shop"]
