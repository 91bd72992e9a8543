"""Small bar charts as SVG shapes: no script, the numbers readable in each bar's title."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
    """Bars side by side, the last one today's; `label` tells those who do not see it what it shows."""

    bars: tuple[Bar, ...]
    width: int
    height: int
    label: str


def draw_bars(values: Sequence[tuple[str, int | Decimal, str]], *, label: str) -> Chart:
    """Return a chart of (name, value, value as people read it); the largest value reaches the top, nothing is a hairline."""
    largest = max((value for _, value, _ in values), default=0) or 1
    bars = []
    for number, (name, value, told) in enumerate(values):
        height = max(1.0, round(float(HEIGHT * max(value, 0) / largest), 1))
        bars.append(Bar(x=number * _STEP, y=HEIGHT - height, width=_BAR, height=height, title=f"{name}: {told}"))
    return Chart(bars=tuple(bars), width=max(len(bars) * _STEP - (_STEP - _BAR), 1), height=HEIGHT, label=label)
