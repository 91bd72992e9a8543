"""Random walks through the life of many orders, with random deaths: a few here, SIMULATION_WALKS of them by hand."""

import os

import pytest

from tests.chaos.simulation.walking import Walk, open_scarce_shop

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(0)]

FIRST, WALKS = int(os.environ.get("SIMULATION_SEED", "0")), int(os.environ.get("SIMULATION_WALKS", "40"))
SHARES = 4


@pytest.mark.parametrize("share", range(SHARES))
def test_random_walks_end_well(world, share):
    cast = open_scarce_shop(world)
    kept, wrong = world.keep(), {}

    for seed in range(FIRST + share, FIRST + WALKS, SHARES):
        walk = Walk(world, cast, kept, seed=seed)
        if found := walk.go():
            wrong[seed] = [*walk.log, *found]

    assert wrong == {}
