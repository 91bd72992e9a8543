"""Colours that can be read: contrast as WCAG 2.2 measures it, and a brand's colour moved until it has enough of it.

Source: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from colorsys import hls_to_rgb, rgb_to_hls
from functools import cache
from types import MappingProxyType
from typing import Final

from apps.brand.contracts import Palette

LEGIBLE: Final = 4.5
COLOUR: Final = re.compile(r"#[0-9a-f]{6}")
# The grounds of the pages and mails, light and dark.
_LIGHT_GROUND: Final = "#f7f4ee"
_DARK_GROUND: Final = "#161918"
# The lightest of the grounds that staff pages have in the dark.
_STAFF_GROUND: Final = "#1b2220"
_BLACK: Final = "#000000"
_WHITE: Final = "#ffffff"
_STEPS: Final = 20
# How light the shades of one colour are; the deep ones as parts of the lightness of the one that buttons have.
_PALE: Final = {"50": 0.95, "100": 0.885, "200": 0.78, "300": 0.68}
_ON_DARK: Final = {"400": 0.61, "500": 0.5}
_DEEP: Final = {"700": 0.85, "800": 0.7, "900": 0.56, "950": 0.34}


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


@cache
def shades(colour: str) -> MappingProxyType[str, str]:
    """Return the colour in the eleven weights of the back office's theme, 50 to 950.

    White can be read on 600, and 400 and 500 on a dark ground.
    """
    hue, _, saturation = rgb_to_hls(*_parts(colour))
    button = _moved(colour, ground=_WHITE, lightness=0.0)
    depth = rgb_to_hls(*_parts(button))[1]

    def shade(lightness: float) -> str:
        return _written(hls_to_rgb(hue, lightness, saturation))

    return MappingProxyType(
        {
            **{weight: shade(lightness) for weight, lightness in _PALE.items()},
            **{weight: _moved(shade(light), ground=_STAFF_GROUND, lightness=1.0) for weight, light in _ON_DARK.items()},
            "600": button,
            **{weight: shade(depth * part) for weight, part in _DEEP.items()},
        }
    )


def _palette(accent: str, on_colour: str) -> Palette:
    if contrast(accent, on_colour) < LEGIBLE:
        on_colour = max((_BLACK, _WHITE), key=lambda each: contrast(accent, each))
    return Palette(accent=accent, on_accent=on_colour)


def _moved(colour: str, *, ground: str, lightness: float) -> str:
    """Return the colour in its own hue, moved toward a lightness only as far as it takes."""
    hue, begin, saturation = rgb_to_hls(*_parts(colour))
    steps = (begin + (lightness - begin) * step / _STEPS for step in range(_STEPS + 1))
    moved = (_written(hls_to_rgb(hue, step, saturation)) for step in steps)
    return next(each for each in moved if contrast(each, ground) >= LEGIBLE)


def _written(channels: Iterable[float]) -> str:
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in channels)


def _parts(colour: str) -> tuple[float, ...]:
    """Return how much red, green and blue there is, each from 0 to 1."""
    return tuple(channel / 255 for channel in bytes.fromhex(colour[1:]))


def _luminance(colour: str) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _parts(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
