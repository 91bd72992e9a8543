"""Colours of cloth by the names products use, so that a value of the option Colour has a swatch."""

from __future__ import annotations

from typing import Final

_OPTION_NAMES: Final = frozenset({"colour", "color", "farbe", "couleur"})
_SWATCHES: Final = {
    "beige": "#d3c4a6", "black": "#1f2022", "blue": "#3f63a0", "brown": "#6a4a35", "burgundy": "#6b2436", "butter": "#dfc383",
    "charcoal": "#3d3f43", "clay": "#b3745a", "cream": "#eee6d3", "forest": "#34503f", "gold": "#c29a45", "green": "#4f7a52",
    "grey": "#8b8d90", "gray": "#8b8d90", "heather": "#a8a6a2", "ink": "#25272c", "khaki": "#8f8863", "moss": "#6b7250",
    "navy": "#2d3a51", "oat": "#d6c9b1", "ochre": "#bb8636", "olive": "#6b6b3a", "orange": "#cc6f2e", "peat": "#5a4737",
    "pink": "#dba3ad", "plum": "#5f3d4d", "purple": "#6c4f86", "red": "#a93c36", "rust": "#9c4e2f", "sage": "#9aa28a",
    "sand": "#bfa784", "sea": "#43717a", "silver": "#b9bcbf", "sky": "#93aebd", "slate": "#5f6c77", "tan": "#a06f3f",
    "teal": "#2f7673", "white": "#f4f1ea", "yellow": "#e0bd4a",
}  # fmt: skip


def is_colour(option: str) -> bool:
    """Return whether an option of this name is a choice of colours."""
    return option.casefold() in _OPTION_NAMES


def swatch(option: str, value: str) -> str:
    """Return the `#rrggbb` to show for an option's value; nothing where it is not a colour that has a known name."""
    return _SWATCHES.get(value.casefold(), "") if is_colour(option) else ""
