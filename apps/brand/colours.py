"""Colours that can be read: contrast as WCAG 2.2 measures it, and a brand's colour moved until it has enough of it.

Source: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from colorsys import hls_to_rgb, rgb_to_hls
from typing import Final

from apps.brand.contracts import Palette

LEGIBLE: Final = 4.5
COLOUR: Final = re.compile(r"#[0-9a-f]{6}")
# The grounds of the pages and mails, light and dark.
_LIGHT_GROUND: Final = "#f7f4ee"
_DARK_GROUND: Final = "#161918"
_BLACK: Final = "#000000"
_WHITE: Final = "#ffffff"
_STEPS: Final = 20


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two `#rrggbb` colours: 1 is none, 21 is black on white."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def palettes(colour: str, on_colour: str) -> tuple[Palette, Palette]:
    """Return the colours for light and dark grounds: as they are where they can be read there, else darkened or lightened."""
    return (
        _palette(_moved(colour, ground=_LIGHT_GROUND, lightness=0.0), on_colour),
        _palette(_moved(colour, ground=_DARK_GROUND, lightness=1.0), on_colour),
    )


def _palette(accent: str, on_colour: str) -> Palette:
    if contrast(accent, on_colour) < LEGIBLE:
        on_colour = max((_BLACK, _WHITE), key=lambda each: contrast(accent, each))
    return Palette(accent=accent, on_accent=on_colour)


def _moved(colour: str, *, ground: str, lightness: float) -> str:
    """Return the colour in its own hue, moved toward a lightness only as far as it takes."""
    hue, begin, saturation = rgb_to_hls(*(channel / 255 for channel in _channels(colour)))
    steps = (begin + (lightness - begin) * step / _STEPS for step in range(_STEPS + 1))
    moved = (_written(hls_to_rgb(hue, step, saturation)) for step in steps)
    return next(each for each in moved if contrast(each, ground) >= LEGIBLE)


def _written(channels: Iterable[float]) -> str:
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in channels)


def _channels(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))


def _luminance(colour: str) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in _channels(colour))]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
