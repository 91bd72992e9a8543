"""The brand's one palette: every colourway a product may have, and the tints that cloth of that colour shows in light and shade."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

COLOURS: Final[dict[str, str]] = {
    "White": "#efebe3",
    "Oat": "#d6c9b1",
    "Sand": "#bfa784",
    "Butter": "#dfc383",
    "Ochre": "#bb8636",
    "Tan": "#a06f3f",
    "Clay": "#b3745a",
    "Rust": "#9c4e2f",
    "Plum": "#5f3d4d",
    "Sky": "#93aebd",
    "Sea": "#43717a",
    "Slate": "#5f6c77",
    "Navy": "#2d3a51",
    "Sage": "#9aa28a",
    "Moss": "#6b7250",
    "Forest": "#34503f",
    "Peat": "#5a4737",
    "Heather": "#a8a6a2",
    "Charcoal": "#3d3f43",
    "Ink": "#25272c",
}
_SHADE: Final = "#14100c"
_LIGHT: Final = "#fff8ec"


@dataclass(frozen=True, slots=True)
class Cloth:
    """A colour as a material shows it; every value is an opaque `#rrggbb`."""

    base: str

    @property
    def lit(self) -> str:
        """Where light falls on it."""
        return mix(self.base, _LIGHT, 0.14)

    @property
    def dim(self) -> str:
        """Where it turns away from the light."""
        return mix(self.base, _SHADE, 0.16)

    @property
    def inside(self) -> str:
        """The wrong side, seen through an opening."""
        return mix(self.base, _SHADE, 0.42)

    @property
    def line(self) -> str:
        """Outlines and seams: darker than the cloth, and not to be lost on a dark one."""
        return mix(self.base, "#080604", 0.56)

    @property
    def thread(self) -> str:
        """Top-stitching: lighter on dark cloth, darker on light cloth."""
        return mix(self.base, _LIGHT, 0.42) if luminance(self.base) < 0.30 else mix(self.base, _SHADE, 0.34)


def cloth(colour: str) -> Cloth:
    """Return the cloth of a named colour; KeyError naming the palette where there is none of that name."""
    if colour not in COLOURS:
        raise KeyError(f"{colour!r} is not in the palette; use one of {', '.join(COLOURS)}")
    return Cloth(COLOURS[colour])


def shifted(material: Cloth, towards: str, amount: float) -> Cloth:
    """Return the material tinted by `amount` (0 to 1) towards another `#rrggbb`."""
    return Cloth(mix(material.base, towards, amount))


def mix(one: str, other: str, amount: float) -> str:
    """Return `one` with `amount` (0 to 1) of `other` in it."""
    pairs = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * amount):02x}" for a, b in pairs)


def luminance(colour: str) -> float:
    """Return how bright a `#rrggbb` is, 0 to 1."""
    red, green, blue = _channels(colour)
    return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
