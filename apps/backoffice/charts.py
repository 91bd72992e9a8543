"""Small bar charts as SVG shapes: no script, the numbers readable in each bar's title."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

HEIGHT: Final = 40
_STEP: Final = 10
_BAR: Final = 7


@dataclass(frozen=True, slots=True)
class Bar:
    """One value: where its bar stands, and what is said about it."""

    x: int
    y: float
    width: int
    height: float
    title: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars side by side; with `ends_today` the last one stands out. `label` tells those who do not see it what it shows."""

    bars: tuple[Bar, ...]
    width: int
    height: int
    label: str
    ends_today: bool


def draw_bars(values: Sequence[tuple[str, int | Decimal, str]], *, label: str, ends_today: bool = True) -> Chart:
    """Return a chart of (name, value, value as people read it); the largest value reaches the top, nothing is a hairline."""
    largest = max((value for _, value, _ in values), default=0) or 1
    bars = []
    for number, (name, value, told) in enumerate(values):
        height = max(1.0, round(float(HEIGHT * max(value, 0) / largest), 1))
        bars.append(Bar(x=number * _STEP, y=HEIGHT - height, width=_BAR, height=height, title=f"{name}: {told}"))
    width = max(len(bars) * _STEP - (_STEP - _BAR), 1)
    return Chart(bars=tuple(bars), width=width, height=HEIGHT, label=label, ends_today=ends_today)


def draw_waiting(by_day: Mapping[date, int], *, today: date, days: int, label: str) -> Chart:
    """Return a chart of what waits by the day since which it does; the first bar holds all that waits for longer."""
    first = today - timedelta(days=days - 1)
    older = sum(count for day, count in by_day.items() if day <= first)
    counted = [(first, older)] + [
        (day, by_day.get(day, 0)) for day in (first + timedelta(days=n) for n in range(1, days))
    ]
    values = [(f"{day:%-d %b}" + (" and before" if day == first else ""), count, str(count)) for day, count in counted]
    return draw_bars(values, label=label)
