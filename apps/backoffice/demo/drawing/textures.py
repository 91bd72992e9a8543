"""Surfaces as tiles that repeat: each function returns a tile's size and its marks, drawn for one material."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Final

from apps.backoffice.demo.drawing.palette import Cloth

Size = tuple[float, float]
Tile = tuple[Size, str]


def _stroke(d: str, colour: str, width: float, opacity: float) -> str:
    return (
        f'<path d="{d}" fill="none" stroke="{colour}" stroke-width="{width:g}" '
        f'stroke-opacity="{opacity:g}" stroke-linecap="round"/>'
    )


def twill(material: Cloth) -> Tile:
    """Diagonal ribs of a woven work cloth."""
    marks = _stroke("M-2 10L10 -2M-2 4L4 -2M4 10L10 4", material.line, 1.1, 0.16)
    return (8, 8), marks + _stroke("M-2 7.5L7.5 -2M1 10.5L10.5 1", "#fff6e6", 0.8, 0.10)


def canvas(material: Cloth) -> Tile:
    """Plain weave, thick enough to see."""
    marks = _stroke("M1 2H5M7 6H11M1 10H5M7 14H11", material.line, 1.2, 0.18)
    return (12, 16), marks + _stroke("M3 4V8M9 8V12M3 12V16M9 0V4", "#fff6e6", 1.1, 0.13)


def jersey(material: Cloth) -> Tile:
    """The faint upright stitches of a tee."""
    return (5, 6), _stroke("M1 0V6", material.line, 0.8, 0.08) + _stroke("M3.5 0V6", "#fff6e6", 0.7, 0.06)


def ripstop(material: Cloth) -> Tile:
    """A light shell with its grid of stronger threads."""
    return (20, 20), _stroke("M0 1H20M1 0V20", material.line, 1, 0.13) + _stroke(
        "M0 2.4H20M2.4 0V20", "#fff6e6", 0.8, 0.10
    )


def rib(material: Cloth) -> Tile:
    """Upright ribs of a cuff."""
    marks = _stroke("M3 0V24", material.line, 3.4, 0.34) + _stroke("M9 0V24", "#fff6e6", 3, 0.15)
    return (13, 24), marks


def knit(material: Cloth) -> Tile:
    """Stocking stitch: columns of V."""
    dark = _stroke("M0 2C3 4 6 8 8 13M16 2C13 4 10 8 8 13", material.line, 2.2, 0.26)
    return (16, 13), dark + _stroke("M2 0C4 2 6 5 8 9M14 0C12 2 10 5 8 9", "#fff6e6", 1.6, 0.16)


def fine_knit(material: Cloth) -> Tile:
    """Stocking stitch of a thin yarn."""
    dark = _stroke("M0 1C2 2 3.5 4 4.5 7M9 1C7 2 5.5 4 4.5 7", material.line, 1.2, 0.22)
    return (9, 7), dark + _stroke("M1 0C2.5 1 3.6 3 4.5 5M8 0C6.5 1 5.4 3 4.5 5", "#fff6e6", 0.9, 0.12)


def pile(material: Cloth) -> Tile:
    """Deep-pile fleece: curls in no order, the same on every run."""
    dice = Random("pile")  # noqa: S311 - a texture, not a secret
    size = 120
    marks = []
    for _ in range(230):
        x, y = dice.uniform(0, size), dice.uniform(0, size)
        bend, reach = dice.uniform(-7, 7), dice.uniform(4, 9)
        light = dice.random() < 0.48
        for dx in (0, -size) if x + 10 > size else (0,):
            for dy in (0, -size) if y + 10 > size else (0,):
                curl = f"M{x + dx:.1f} {y + dy:.1f}q{bend:.1f} {reach / 2:.1f} {bend / 3:.1f} {reach:.1f}"
                marks.append(_stroke(curl, "#fff6e6" if light else material.line, 2.4, 0.16 if light else 0.15))
    return (size, size), "".join(marks)


def cord(material: Cloth) -> Tile:
    """The wales of corduroy."""
    return (11, 30), _stroke("M2 0V30", material.line, 2.6, 0.30) + _stroke("M7 0V30", "#fff6e6", 3, 0.13)


def check(material: Cloth) -> Tile:
    """A flannel check: wide dark bands, narrow light ones, crossing."""
    dark = f'fill="{material.line}" fill-opacity=".26"'
    light = 'fill="#fff0d8" fill-opacity=".30"'
    band = f'<path d="M0 14H84V44H0Z" {dark}/><path d="M14 0H44V84H14Z" {dark}/>'
    return (84, 84), f'{band}<path d="M0 66H84V70H0Z" {light}/><path d="M66 0H70V84H66Z" {light}/>'


def stripe(material: Cloth) -> Tile:
    """Breton stripes."""
    return (60, 52), f'<path d="M0 8H60V24H0Z" fill="{material.thread}" fill-opacity=".9"/>'


def waffle(material: Cloth) -> Tile:
    """Small square cells."""
    dark = _stroke("M0 0H14M0 0V14", material.line, 2.4, 0.26)
    return (14, 14), dark + _stroke("M3 3.2H12M3.2 3V12", "#fff6e6", 1.6, 0.16)


def leather(material: Cloth) -> Tile:
    """Grain."""
    dice = Random("leather")  # noqa: S311 - a texture, not a secret
    size = 90
    spots = "".join(
        f"M{dice.uniform(3, size - 6):.1f} {dice.uniform(3, size - 6):.1f}l{dice.uniform(-3, 3):.1f} {dice.uniform(-3, 3):.1f}"
        for _ in range(130)
    )
    return (size, size), _stroke(spots, material.line, 1.3, 0.15)


def diamond(material: Cloth) -> Tile:
    """Diamond quilting: each cell raised, the stitching sunk."""
    cell = '<path d="M40 4L76 44L40 84L4 44Z" fill="#fff6e6" fill-opacity=".07"/>'
    cell += '<path d="M40 30L62 46L40 78L16 46Z" fill="#fff6e6" fill-opacity=".06"/>'
    dark = _stroke("M0 0L80 88M80 0L0 88", material.line, 6, 0.14)
    return (80, 88), cell + dark + _stroke("M0 0L80 88M80 0L0 88", material.line, 2, 0.5)


TEXTURES: Final[dict[str, Callable[[Cloth], Tile]]] = {
    texture.__name__: texture
    for texture in (
        twill,
        canvas,
        jersey,
        ripstop,
        rib,
        knit,
        fine_knit,
        pile,
        cord,
        check,
        stripe,
        waffle,
        leather,
        diamond,
    )
}
