"""What every test gets: embedded servers, the SQL sentinel, clean throttles, nothing remembered."""

import pytest

from apps.brand import api as brand
from tests import seeds, sentinel
from tests.shop.running import pictures, shop

pytest_plugins = ["ecommerce.local.pytest_plugin", "tests.chaos.simulation.summary"]

seeds.install()


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
def _no_brand_of_another_test():
    """What a process remembers outlives the rollback of a test, and would save the next one a query."""
    brand.forget_brand()


__all__ = ["pictures", "shop"]
