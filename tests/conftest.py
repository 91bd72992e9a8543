"""What every test gets: embedded servers, the SQL sentinel, clean throttles."""

import pytest

from tests import sentinel
from tests.shop.running import shop

pytest_plugins = ["ecommerce.local.pytest_plugin"]


@pytest.fixture(scope="session", autouse=True)
def _install_sentinel():
    sentinel.install()


@pytest.fixture(autouse=True)
def _no_statement_crosses_apps():
    sentinel.violations.clear()
    yield
    assert sentinel.violations == []


__all__ = ["shop"]
