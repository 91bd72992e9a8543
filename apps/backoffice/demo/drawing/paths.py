"""Outlines as SVG path data with absolute M, L, C and Z: mirrored, moved, joined."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Final

Point = tuple[float, float]
CENTRE: Final = 600.0
_TOKEN: Final = re.compile(r"[MLCZ]|-?\d+(?:\.\d+)?")


def mirrored(d: str) -> str:
    """Return the path on the other side of the picture's middle."""
    return _mapped(d, lambda x, y: (2 * CENTRE - x, y))


def moved(d: str, dx: float, dy: float) -> str:
    """Return the path elsewhere."""
    return _mapped(d, lambda x, y: (x + dx, y + dy))


def turned(d: str, degrees: float, about: Point) -> str:
    """Return the path turned clockwise about a point."""
    angle = math.radians(degrees)
    cos, sin = math.cos(angle), math.sin(angle)

    def turn(x: float, y: float) -> Point:
        dx, dy = x - about[0], y - about[1]
        return about[0] + dx * cos - dy * sin, about[1] + dx * sin + dy * cos

    return _mapped(d, turn)


def scaled(d: str, factor: float, about: Point) -> str:
    """Return the path larger or smaller about a point."""
    return _mapped(d, lambda x, y: (about[0] + (x - about[0]) * factor, about[1] + (y - about[1]) * factor))


def whole(half: str) -> str:
    """Return the closed outline whose right half, from the middle at the top to the middle at the bottom, is `half`."""
    return f"{half} {_continued(reverse(mirrored(half)))} Z"


def both(half: str) -> str:
    """Return an open line across the middle: `half` starts at its middle, the result at its left end."""
    return f"{reverse(mirrored(half))} {_continued(half)}"


def reverse(d: str) -> str:
    """Return one open subpath drawn from its end."""
    steps = _parse(d)
    points = [point for _, step in steps for point in step]
    out = [("M", [points[-1]])]
    at = len(points) - 1
    for command, step in reversed(steps[1:]):
        at -= len(step)
        out.append((command, [*reversed(step[:-1]), points[at]]))
    return _print(out)


def joined(*parts: str) -> str:
    """Return the parts as one closed path, each going on where the one before ended."""
    first, *rest = parts
    return " ".join([first, *(_continued(part) for part in rest), "Z"])


def through(points: Sequence[Point], *, tension: float = 0.5) -> str:
    """Return a smooth open line through the points (Catmull-Rom as Bezier curves)."""
    ends = [points[0], *points, points[-1]]
    out = [("M", [points[0]])]
    for before, start, end, after in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        pull = tension / 3 * 2
        one = (start[0] + (end[0] - before[0]) * pull / 2, start[1] + (end[1] - before[1]) * pull / 2)
        two = (end[0] - (after[0] - start[0]) * pull / 2, end[1] - (after[1] - start[1]) * pull / 2)
        out.append(("C", [one, two, end]))
    return _print(out)


def box(x: float, y: float, width: float, height: float, radius: float = 0) -> str:
    """Return a rectangle with round corners."""
    r, right, bottom, k = radius, x + width, y + height, radius * 0.45
    return (
        f"M{x + r} {y} L{right - r} {y} C{right - k} {y} {right} {y + k} {right} {y + r} "
        f"L{right} {bottom - r} "
        f"C{right} {bottom - k} {right - k} {bottom} {right - r} {bottom} L{x + r} {bottom} "
        f"C{x + k} {bottom} {x} {bottom - k} {x} {bottom - r} L{x} {y + r} "
        f"C{x} {y + k} {x + k} {y} {x + r} {y} Z"
    )


def oval(x: float, y: float, rx: float, ry: float) -> str:
    """Return an ellipse about a point."""
    kx, ky = rx * 0.5523, ry * 0.5523
    return (
        f"M{x - rx} {y} C{x - rx} {y - ky} {x - kx} {y - ry} {x} {y - ry} "
        f"C{x + kx} {y - ry} {x + rx} {y - ky} {x + rx} {y} "
        f"C{x + rx} {y + ky} {x + kx} {y + ry} {x} {y + ry} C{x - kx} {y + ry} {x - rx} {y + ky} {x - rx} {y} "
        f"Z"
    )


def tidy(d: str) -> str:
    """Return the path as it is written into a picture: one decimal, no more blanks than needed."""
    return _print(_parse(d))


def bounds(d: str) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of the path's points, control points included."""
    points = [point for _, step in _parse(d) for point in step]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def _continued(d: str) -> str:
    """Return the path without its first point, which the path before it has reached."""
    return _print(_parse(d)[1:])


def _mapped(d: str, change: Callable[[float, float], Point]) -> str:
    return _print((command, [change(*point) for point in step]) for command, step in _parse(d))


@lru_cache(maxsize=1024)
def _parse(d: str) -> list[tuple[str, list[Point]]]:
    steps: list[tuple[str, list[Point]]] = []
    numbers: list[float] = []
    command = ""
    for token in [*_TOKEN.findall(d), "M"]:
        if not token.isalpha():
            numbers.append(float(token))
            continue
        steps += _split(command, numbers)
        command, numbers = token, []
    return steps


def _split(command: str, numbers: list[float]) -> list[tuple[str, list[Point]]]:
    if command == "Z":
        return [("Z", [])]
    points = list(zip(numbers[::2], numbers[1::2], strict=True))
    size = 3 if command == "C" else 1
    return [(command, points[i : i + size]) for i in range(0, len(points), size)]


def _print(steps: Iterable[tuple[str, list[Point]]]) -> str:
    return "".join(command + " ".join(f"{_number(x)} {_number(y)}" for x, y in step) for command, step in steps)


def _number(value: float) -> str:
    rounded = round(value, 1)
    return str(int(rounded)) if rounded == int(rounded) else repr(rounded)
