"""All tests here start, use or kill real processes."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/tests/shop/" in str(item.path):
            item.add_marker(pytest.mark.processes)
            item.add_marker(pytest.mark.timeout(600))
