"""Values that cross the boundary of brand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

# What may read differently in each language.
TRANSLATED: Final = ("tagline", "legal_footer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Logo:
    """A picture stored by media: the path of its largest rendition, and that one's size in pixels."""

    url: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """What marks and buttons are painted with, and what is written on them; both `#rrggbb`."""

    accent: str
    on_accent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandInput:
    """What staff settle. Colours are `#rrggbb`; an empty sender address leaves the sender to settings.DEFAULT_FROM_EMAIL.

    `tagline` and `legal_footer` are in the shop's own language; `translations` hold them in its others, by language and name. What is
    blank there falls back, each by itself.
    """

    name: str
    sender_name: str
    sender_address: str
    tagline: str
    legal_footer: str
    colour: str
    on_colour: str
    logo: Logo | None
    translations: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """What the shop calls itself and looks like, in one language.

    `sender` is a whole address as in a From header. `tagline` is half a sentence; `legal_footer` may have several lines. `light` and `dark`
    are the colours made legible on the grounds of the two schemes. `stylesheet` is CSS that gives these colours to the pages, "" where they
    are the ones the pages have anyway; `stylesheet_hash` names its content.
    """

    settled: BrandInput
    tagline: str
    legal_footer: str
    sender: str
    light: Palette
    dark: Palette
    stylesheet: str
    stylesheet_hash: str

    @property
    def name(self) -> str:
        """Return what the shop is called."""
        return self.settled.name

    @property
    def logo(self) -> Logo | None:
        """Return the picture that stands for the name, where there is one."""
        return self.settled.logo
