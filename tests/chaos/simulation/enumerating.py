"""Telling a story once for every place and moment at which somebody can die in it."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.chaos.simulation.dying import Fate, Place, dies_at, nobody_dies
from tests.chaos.simulation.invariants import ending, unrepeated_answers, violations
from tests.chaos.simulation.stories import Cast, Story, open_shop
from tests.chaos.simulation.weather import Weather
from tests.chaos.simulation.world import Kept, World

# Longer than the audits wait before they call a message late, and shorter than an order waits for its money.
_LONG_AFTERWARDS = timedelta(minutes=20)


Point = tuple[Place, str]


def every_point(points: Sequence[Point]) -> Sequence[Point]:
    return points


def last_of_each_place(points: Sequence[Point]) -> Sequence[Point]:
    """Leave out all but the last moment of each place: to die before one leaves behind what to die after the one before does."""
    return list({place: (place, moment) for place, moment in points}.values())


@dataclass
class Coverage:
    """What became of one story in one weather. A point is a place and a moment; covered is one where a process died."""

    story: str
    weather: str
    points: list[Point] = field(default_factory=list)
    covered: int = 0
    wrong: list[str] = field(default_factory=list)

    def summary(self) -> dict[str, Any]:
        return {
            "story": self.story,
            "weather": self.weather,
            "covered": self.covered,
            "total": len(self.points),
            "places": [f"{place.kind}: {place.what}" for place in {place: None for place, _ in self.points}],
            "wrong": self.wrong,
        }


class Enumeration:
    """A world in which one story is told again and again."""

    def __init__(self, world: World, story: Story) -> None:
        self.world, self.story = world, story
        self._cast = open_shop(world)
        story.prologue(world, self._cast)
        self._kept: Kept = world.keep()
        self.points: list[Point] = []

    def tell_everywhere(
        self,
        weather: Weather,
        *,
        chosen: Callable[[Sequence[Point]], Sequence[Point]] = every_point,
        most_wrong: int = 5,
    ) -> Coverage:
        """Tell the story undisturbed, then once for each point; stop where so much is wrong."""
        coverage = Coverage(self.story.name, weather.name)
        wrong, expected = self.tell(weather)
        coverage.wrong += [f"nobody died: {sentence}" for sentence in wrong]
        coverage.points = list(chosen(self.points))
        for place, moment in coverage.points:
            if len(coverage.wrong) >= most_wrong:
                break
            wrong, found = self.tell(weather, dies_at(place.number, moment))
            deaths = self.world.processes.deaths
            if deaths == [(place, moment)]:
                coverage.covered += 1
            else:
                wrong.append(f"died at {deaths}: this run went another way than the undisturbed one")
            if self.story.ends_alike and found != expected:
                wrong += [
                    f"{name} is {found[name]}, undisturbed {expected[name]}"
                    for name in found
                    if found[name] != expected[name]
                ]
            where = f"died {moment} place {place.number} ({place.kind} {place.what})"
            coverage.wrong += [f"{where}: {sentence}" for sentence in wrong]
        return coverage

    def tell(self, weather: Weather, fate: Fate = nobody_dies) -> tuple[list[str], dict[str, Any]]:
        """Tell the story once; return what is wrong afterwards, and how it ended."""
        world = self.world
        world.begin(self._kept, weather=weather, fate=fate)
        cast: Cast = self._cast.copy()
        try:
            self.story.tell(world, cast)
        except AssertionError as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            return [f"the story went another way: {error} ({Path(last.filename).name}:{last.lineno})"], {}
        self.points, world.processes.fate = list(world.processes.points), nobody_dies
        ended = ending(world)
        return list(self._judge()), ended

    def _judge(self) -> Iterator[str]:
        """Yield what is wrong now, and long afterwards."""
        yield from unrepeated_answers(self.world)
        self.world.clock.advance(_LONG_AFTERWARDS.total_seconds())
        self.world.work()
        yield from violations(self.world)
