"""Published interface of brand: what the shop calls itself and looks like, on pages, in mails and on paper."""

from __future__ import annotations

from collections.abc import Mapping

from apps.brand import colours, selectors, services
from apps.brand.contracts import TRANSLATED, Brand, BrandInput, Logo, Palette
from apps.messaging import api as messaging

__all__ = [
    "TRANSLATED",
    "Brand",
    "BrandInput",
    "Logo",
    "Palette",
    "change_brand",
    "get_brand",
    "is_settled",
    "shades",
]


def get_brand() -> Brand:
    """Return the brand as staff settled it, in the active language.

    Before they did: settings.SHOP_NAME, DEFAULT_FROM_EMAIL and the shop's own colours.

    One query, the answer to which a process remembers for five seconds.
    """
    return selectors.get_brand()


def is_settled() -> bool:
    """Return whether anybody has settled the brand yet; one query."""
    return selectors.is_settled()


def shades(colour: str) -> Mapping[str, str]:
    """Return a colour (`#rrggbb`) in eleven shades by their weight, "50" (palest) to "950", as the theme of staff pages names them.

    White can be read on "600" and deeper, "400" and "500" on a dark ground: 4.5 to 1 (WCAG 2.2, 1.4.3).
    """
    return colours.shades(colour)


def change_brand(*, brand: BrandInput, actor: str) -> None:
    """Settle the brand; `actor` says who did. Other processes show it within five seconds.

    Raises Invalid: `name` empty; a text too long (60 characters for names, 254 for the address, 150 for the tagline, 1000 for the legal
    footer, the only one that may have several lines); `sender_address` no e-mail address; a colour not `#rrggbb` in lower case; `on_colour`
    on `colour` with less contrast than 4.5 to 1 (WCAG 2.2, 1.4.3); `translations.<language>.<name>` of a language
    that the shop has not, or of a text that is not translated.
    """
    _change_brand(brand=brand, actor=actor)
    selectors.brands.forget()


_change_brand = messaging.command(services.change_brand)
