"""What proves more than it tests: minutes of it, which `bin/test --proof` runs by themselves."""

from pathlib import Path

import pytest

_PROOFS = [Path(__file__).with_name(name) for name in ("simulation", "races")]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if any(folder in item.path.parents for folder in _PROOFS):
            item.add_marker(pytest.mark.proof)
