"""Writes of brand."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from apps.brand.colours import COLOUR, LEGIBLE, contrast
from apps.brand.contracts import TRANSLATED, BrandInput
from apps.brand.models import Brand as BrandRow
from apps.kernel.errors import FieldError, Invalid
from apps.kernel.text import is_blank, is_one_line
from apps.web.languages import other_languages

_LONGEST = {"name": 60, "sender_name": 60, "sender_address": 254, "tagline": 150, "legal_footer": 1000}
_SEVERAL_LINES = ("legal_footer",)


def change_brand(*, brand: BrandInput, actor: str) -> None:
    if faults := list(_faults(brand)):
        raise Invalid(fields=faults)
    logo = brand.logo
    BrandRow.objects.update_or_create(
        pk=1,
        defaults={
            **{name: getattr(brand, name) for name in (*_LONGEST, "colour", "on_colour")},
            "logo_url": logo.url if logo else "",
            "logo_width": logo.width if logo else 0,
            "logo_height": logo.height if logo else 0,
            "translations": _filled(brand),
            "changed_by": actor,
        },
    )


def _faults(brand: BrandInput) -> Iterator[FieldError]:
    for name, longest in _LONGEST.items():
        yield from _text_faults(name, getattr(brand, name), longest)
    if not brand.name.strip():
        yield FieldError("name", "required", "is empty; write what the shop is called, such as Northfold.")
    if brand.sender_address and not _is_address(brand.sender_address):
        yield FieldError(
            "sender_address",
            "invalid_email",
            f"{brand.sender_address!r} is no e-mail address; use one such as orders@example.com.",
        )
    yield from _translation_faults(brand)
    yield from _colour_faults(brand)


def _text_faults(name: str, text: str, longest: int) -> Iterator[FieldError]:
    if len(text) > longest:
        yield FieldError(name, "too_long", f"has {len(text)} characters; {longest} at most.")
    lines = text.replace("\n", "") if name.rpartition(".")[2] in _SEVERAL_LINES else text
    if not is_one_line(lines) or any("\ud800" <= each <= "\udfff" for each in lines):
        yield FieldError(
            name, "invalid_characters", "holds a line break or another control character; write plain text."
        )


def _translation_faults(brand: BrandInput) -> Iterator[FieldError]:
    known = other_languages()
    for language, texts in brand.translations.items():
        if language not in known:
            detail = f"{language[:20]!r} is no other language of this shop; use {' or '.join(known) or 'none: it has one only'}."
            yield FieldError(f"translations.{language[:20]}", "unknown_language", detail)
            continue
        for name, text in texts.items():
            where = f"translations.{language}.{name[:40]}"
            if name in TRANSLATED:
                yield from _text_faults(where, text, _LONGEST[name])
            else:
                yield FieldError(where, "unknown_text", f"is not translated; {' and '.join(TRANSLATED)} are.")


def _filled(brand: BrandInput) -> dict[str, dict[str, str]]:
    """Return the translations as they are stored, without what is blank."""
    told = {
        language: {name: text for name, text in texts.items() if not is_blank(text)}
        for language, texts in brand.translations.items()
    }
    return {language: texts for language, texts in told.items() if texts}


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _colour_faults(brand: BrandInput) -> Iterator[FieldError]:
    given = {"colour": brand.colour, "on_colour": brand.on_colour}
    wrong = {name: value for name, value in given.items() if not COLOUR.fullmatch(value)}
    for name, value in wrong.items():
        yield FieldError(name, "invalid_colour", f"{value!r} is no colour; write # and six of 0-9 and a-f: #1f4d42.")
    if not wrong and (reached := contrast(brand.colour, brand.on_colour)) < LEGIBLE:
        yield FieldError(
            "on_colour",
            "low_contrast",
            f"{brand.on_colour} on {brand.colour} has a contrast of {reached:.1f} to 1; text needs {LEGIBLE} or more.",
        )
