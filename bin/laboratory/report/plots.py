"""Where things are drawn: a run's seconds and latencies as points of an SVG of fixed size."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from laboratory.rates import Strike, Wish

WIDTH, HEIGHT = 1180, 230
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 8, 22, 24
_BIN_SECONDS = 5
_LEAST_SECONDS = 0.01
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120)


class Plot:
    """One plot over the time of a run; `top` is the highest value, on a logarithmic scale where asked for."""

    def __init__(self, *, started: float, ended: float, top: float, logarithmic: bool = False) -> None:
        self._started, self._span = started, max(1.0, ended - started)
        self._top, self._logarithmic = max(top, _LEAST_SECONDS * 10), logarithmic

    def x(self, at: float) -> float:
        share = min(max((at - self._started) / self._span, 0.0), 1.0)
        return round(_LEFT + share * (WIDTH - _LEFT - _RIGHT), 1)

    def y(self, value: float) -> float:
        if self._logarithmic:
            share = math.log(max(value, _LEAST_SECONDS) / _LEAST_SECONDS) / math.log(self._top / _LEAST_SECONDS)
        else:
            share = value / self._top
        return round(HEIGHT - _BOTTOM - min(max(share, 0.0), 1.0) * (HEIGHT - _TOP - _BOTTOM), 1)

    def frame(self) -> dict[str, Any]:
        """Return what every plot has: its size, its lines and what is written beside them."""
        return {
            "width": WIDTH,
            "height": HEIGHT,
            "left": _LEFT,
            "right": WIDTH - _RIGHT,
            "top": _TOP,
            "depth": HEIGHT - _TOP - _BOTTOM,
            "rows": [{"y": self.y(value), "label": label} for value, label in self._rows()],
            "columns": [{"x": self.x(self._started + 60 * m), "label": f"{m} min"} for m in self._minutes()],
        }

    def bands(self, strikes: Sequence[Strike]) -> list[dict[str, Any]]:
        """Return the time of each fault, at least wide enough to be seen, with its number."""
        found = []
        for number, strike in enumerate(strikes, 1):
            left, right = self.x(strike.began), self.x(strike.lifted)
            title = f"{number}. {strike.fault}, {strike.lifted - strike.began:.1f} s"
            found.append({"x": left, "width": round(max(right - left, 2.0), 1), "number": number, "title": title})
        return found

    def _rows(self) -> Iterator[tuple[float, str]]:
        if self._logarithmic:
            value = _LEAST_SECONDS
            while value <= self._top:
                yield value, f"{value:g} s" if value >= 1 else f"{value * 1000:g} ms"
                value *= 10
            return
        step = next((step for step in _STEPS if self._top / step <= 5), _STEPS[-1])
        for number in range(int(self._top / step) + 1):
            yield number * step, str(number * step)

    def _minutes(self) -> range:
        minutes = self._span / 60
        return range(0, int(minutes) + 1, next((step for step in _STEPS if minutes / step <= 10), _STEPS[-1]))


def plot_rate(seconds: Sequence[Mapping[str, Any]], strikes: Sequence[Strike]) -> dict[str, Any]:
    """Return buyers who came and orders that were answered, a second, in bins of five seconds."""
    started, ended = seconds[0]["at"], seconds[-1]["at"] + 1
    bins = [seconds[number : number + _BIN_SECONDS] for number in range(0, len(seconds), _BIN_SECONDS)]
    came = [sum(second["arrived"] for second in each) / _BIN_SECONDS for each in bins]
    answered = [sum(second["acknowledged"] + second["refused"] for second in each) / _BIN_SECONDS for each in bins]
    plot = Plot(started=started, ended=ended, top=max([*came, *answered, 1.0]))
    return plot.frame() | {
        "bands": plot.bands(strikes),
        "came": _steps(plot, started, came),
        "answered": _steps(plot, started, answered),
        "area": f"{plot.x(started)},{plot.y(0)} {_steps(plot, started, answered)} {plot.x(ended)},{plot.y(0)}",
    }


def plot_waits(wishes: Sequence[Wish], strikes: Sequence[Strike], *, started: float, ended: float) -> dict[str, Any]:
    """Return how long each checkout took, at the moment its buyer was to come."""
    answered = [wish for wish in wishes if wish.took is not None]
    plot = Plot(
        started=started, ended=ended, top=max([wish.took or 0.0 for wish in answered] or [1.0]), logarithmic=True
    )
    dots = [
        {"x": plot.x(wish.came_at), "y": plot.y(wish.took or 0.0), "kind": "got" if wish.acknowledged else "refused"}
        for wish in answered
    ]
    unanswered = [{"x": plot.x(wish.came_at)} for wish in wishes if wish.took is None]
    return plot.frame() | {"bands": plot.bands(strikes), "dots": dots, "unanswered": unanswered}


def _steps(plot: Plot, started: float, values: Sequence[float]) -> str:
    corners = ((number + side, value) for number, value in enumerate(values) for side in (0, 1))
    return " ".join(f"{plot.x(started + at * _BIN_SECONDS)},{plot.y(value)}" for at, value in corners)
