"""A simulated world for each test, and what its coverage adds up to."""

import pytest

pytest.register_assert_rewrite(
    "tests.chaos.simulation.stories", "tests.chaos.simulation.people", "tests.chaos.simulation.world"
)

from tests.chaos.simulation.world import simulated_world  # noqa: E402 - its assertions are to be told in full


@pytest.fixture
def world(transactional_db, monkeypatch, settings):
    with simulated_world(monkeypatch, settings) as world:
        yield world
