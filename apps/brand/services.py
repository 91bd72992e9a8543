"""Writes of brand."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from apps.brand.colours import COLOUR, LEGIBLE, contrast
from apps.brand.contracts import TRANSLATED, BrandInput
from apps.brand.models import Brand as BrandRow
from apps.kernel.errors import FieldError, Invalid
from apps.web import texts

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
            "translations": texts.filled(brand.translations),
            "changed_by": actor,
        },
    )


def _faults(brand: BrandInput) -> Iterator[FieldError]:
    for name in _LONGEST:
        yield from _text_faults(name, name, getattr(brand, name))
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


def _translation_faults(brand: BrandInput) -> Iterator[FieldError]:
    for language, named in brand.translations.items():
        if fault := texts.language_fault(language, field=f"translations.{language[:20]}"):
            yield fault
            continue
        for name, text in named.items():
            where = f"translations.{language}.{name[:40]}"
            if name in TRANSLATED:
                yield from _text_faults(where, name, text)
            else:
                yield FieldError(where, "unknown_text", f"is not translated; {' and '.join(TRANSLATED)} are.")


def _text_faults(field: str, name: str, text: str) -> Iterator[FieldError]:
    return texts.text_faults(field, text, longest=_LONGEST[name], several_lines=name in _SEVERAL_LINES)


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
