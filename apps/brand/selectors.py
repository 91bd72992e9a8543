"""Reads of brand: one row, remembered for a few seconds in each process."""

from __future__ import annotations

from email.utils import formataddr, parseaddr
from hashlib import sha256
from typing import Final

from django.conf import settings

from apps.brand import colours
from apps.brand.contracts import Brand, BrandInput, Logo, Palette
from apps.brand.models import Brand as BrandRow
from apps.persistence.remembered import Remembered
from apps.web.languages import active_language

# The colours that the shop's stylesheet has by itself.
_OWN_LIGHT: Final = Palette(accent="#1f4d42", on_accent="#ffffff")
_OWN_DARK: Final = Palette(accent="#8fcab9", on_accent="#10201c")


def get_brand() -> Brand:
    known = brands()
    return known.get(active_language()) or known[settings.LANGUAGE_CODE]


def is_settled() -> bool:
    return BrandRow.objects.exists()


@Remembered
def brands() -> dict[str, Brand]:
    """Return the brand by language: each is the one row in the texts of one."""
    settled = _read()
    return {code: _complete(settled, code) for code, _ in settings.LANGUAGES}


def _read() -> BrandInput:
    row = BrandRow.objects.filter(pk=1).first()
    if row is None:
        return _from_settings()
    return BrandInput(
        name=row.name,
        sender_name=row.sender_name,
        sender_address=row.sender_address,
        tagline=row.tagline,
        legal_footer=row.legal_footer,
        colour=row.colour,
        on_colour=row.on_colour,
        logo=Logo(url=row.logo_url, width=row.logo_width, height=row.logo_height) if row.logo_url else None,
        translations=row.translations,
    )


def _from_settings() -> BrandInput:
    sender_name, sender_address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return BrandInput(
        name=settings.SHOP_NAME,
        sender_name=sender_name,
        sender_address=sender_address,
        tagline="",
        legal_footer="",
        colour=_OWN_LIGHT.accent,
        on_colour=_OWN_LIGHT.on_accent,
        logo=None,
    )


def _complete(settled: BrandInput, language: str) -> Brand:
    is_own = (settled.colour, settled.on_colour) == (_OWN_LIGHT.accent, _OWN_LIGHT.on_accent)
    light, dark = (_OWN_LIGHT, _OWN_DARK) if is_own else colours.palettes(settled.colour, settled.on_colour)
    stylesheet = "" if is_own else _stylesheet(light, dark)
    sender = formataddr((settled.sender_name or settled.name, settled.sender_address))
    told = settled.translations.get(language, {})
    return Brand(
        settled=settled,
        tagline=told.get("tagline") or settled.tagline,
        legal_footer=told.get("legal_footer") or settled.legal_footer,
        sender=sender if settled.sender_address else settings.DEFAULT_FROM_EMAIL,
        light=light,
        dark=dark,
        stylesheet=stylesheet,
        stylesheet_hash=sha256(stylesheet.encode()).hexdigest()[:16],
    )


def _stylesheet(light: Palette, dark: Palette) -> str:
    return (
        ":root {\n"
        f"  --accent: light-dark({light.accent}, {dark.accent});\n"
        f"  --on-accent: light-dark({light.on_accent}, {dark.on_accent});\n"
        "}\n"
    )
