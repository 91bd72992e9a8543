"""What every test gets: embedded servers, the SQL sentinel, clean throttles, nothing remembered."""

import pytest

from apps.brand import api as brand
from tests import seeds, sentinel
from tests.shop.running import pictures, shop

pytest_plugins = ["ecommerce.local.pytest_plugin"]

seeds.install()


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
