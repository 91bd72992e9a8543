"""What the tests of the brand share."""

import pytest

from apps.brand import api as brand


@pytest.fixture(autouse=True)
def _nothing_remembered():
    """Forget before and after: what a process remembers outlives the rollback of a test."""
    brand.forget_brand()
    yield
    brand.forget_brand()
