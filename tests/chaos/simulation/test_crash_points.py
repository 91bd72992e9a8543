"""Every story of an order, told once for every point at which a process can die in it."""

import os

import pytest

from tests.chaos.simulation.enumerating import Enumeration, every_point, last_of_each_place
from tests.chaos.simulation.stories import STORIES
from tests.chaos.simulation.weather import ALL, CALM

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(1800)]

# "1" has every story die at every moment in every weather: five times as many runs.
IS_LONG = os.environ.get("SIMULATION_LONG") == "1"
TOLD = [(name, weather) for name, story in STORIES.items() for weather in (ALL if IS_LONG else (CALM, *story.dies_in))]


@pytest.mark.parametrize(("name", "weather"), TOLD, ids=[f"{name}-{weather.name}" for name, weather in TOLD])
def test_story_ends_well_wherever_somebody_dies(world, name, weather, record_property):
    enumeration = Enumeration(world, STORIES[name])
    chosen = every_point if IS_LONG or weather is CALM else last_of_each_place

    coverage = enumeration.tell_everywhere(weather, chosen=chosen)

    record_property("crash_points", coverage.summary())
    assert coverage.wrong == []
    assert coverage.covered == len(coverage.points) > 0


@pytest.mark.parametrize("name", STORIES)
def test_story_ends_alike_in_every_weather(world, name):
    enumeration = Enumeration(world, STORIES[name])

    told = {weather.name: enumeration.tell(weather) for weather in ALL}

    assert {weather: wrong for weather, (wrong, _) in told.items() if wrong} == {}
    assert {weather: ended for weather, (_, ended) in told.items() if ended != told["calm"][1]} == {}
