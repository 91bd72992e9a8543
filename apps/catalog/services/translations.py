"""Texts of products and names of categories in other languages: what they must be, and how they are stored."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from django.conf import settings

from apps.catalog.contracts import SEO_ATTRIBUTES, ProductInput, ProductTexts
from apps.catalog.services.html import sanitise
from apps.kernel import codec
from apps.kernel.errors import FieldError
from apps.web.languages import other_languages

LONGEST_TITLE: Final = 255
LONGEST_NAME: Final = 200
LONGEST_DESCRIPTION: Final = 500_000
LONGEST: Final = {"names": 255, "values": 255, "attributes": 5000, "tags": 255, "image_alts": 500}


def check_translations(product: ProductInput) -> Iterator[FieldError]:
    """Yield what is wrong with a product's translations, each fault with its field."""
    for language, texts in (product.translations or {}).items():
        where = f"translations.{language}"
        if fault := language_fault(language, field=where):
            yield fault
            continue
        if len(texts.title) > LONGEST_TITLE:
            yield _too_long(f"{where}.title", texts.title, LONGEST_TITLE)
        if len(texts.description_html) > LONGEST_DESCRIPTION:
            yield _too_long(f"{where}.description_html", texts.description_html, LONGEST_DESCRIPTION)
        yield from _maps(product, texts, where=where)


def language_fault(language: str, *, field: str) -> FieldError | None:
    """Return what is wrong with translating into a language, None where nothing is."""
    known = other_languages()
    if language in known:
        return None
    if language == settings.LANGUAGE_CODE:
        detail = f"{language!r} is the shop's own language: its texts are the fields of the product or category itself."
    else:
        detail = f"{language!r} is no language of this shop; use {' or '.join(known) or 'none: it has one only'}."
    return FieldError(field, "unknown_language", detail)


def _maps(product: ProductInput, texts: ProductTexts, *, where: str) -> Iterator[FieldError]:
    options = {option.name: option.values for option in product.options}
    known: dict[str, Collection[str]] = {
        "names": [*options, *product.attributes],
        "attributes": [*product.attributes, *SEO_ATTRIBUTES],
        "tags": product.tags,
        "image_alts": [url for image in product.images for url in (image.url, *image.source_urls)],
    }
    for name, wanted in known.items():
        yield from _map(getattr(texts, name), wanted, where=f"{where}.{name}", longest=LONGEST[name])
    for option, shown in texts.values.items():
        field = f"{where}.values.{option}"
        if option in options:
            yield from _map(shown, options[option], where=field, longest=LONGEST["values"])
        else:
            yield _unknown(field, option, list(options))


def _map(texts: Mapping[str, str], wanted: Collection[str], *, where: str, longest: int) -> Iterator[FieldError]:
    for name, text in texts.items():
        if name not in wanted:
            yield _unknown(f"{where}.{name}", name, wanted)
        elif len(text) > longest:
            yield _too_long(f"{where}.{name}", text, longest)


def _unknown(field: str, name: str, wanted: Collection[str]) -> FieldError:
    there = ", ".join(map(repr, wanted)) or "nothing of the kind"
    return FieldError(field, "unknown_text", f"The product has no {name[:80]!r} to translate; it has {there[:300]}.")


def _too_long(field: str, text: str, limit: int) -> FieldError:
    return FieldError(field, "too_long", f"At most {limit:,} characters; it has {len(text):,}.")


def store_texts(translations: Mapping[str, ProductTexts]) -> dict[str, dict[str, Any]]:
    """Return translations as they are stored, by language: sanitised, and what is blank left out."""
    stored = {language: _store(texts) for language, texts in translations.items()}
    return {language: texts for language, texts in stored.items() if texts}


def _store(texts: ProductTexts) -> dict[str, Any]:
    return _filled({**codec.encode(texts), "description_html": sanitise(texts.description_html)})


def _filled(texts: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is not blank, at any depth, without spaces around it."""
    trimmed = {name: _filled(text) if isinstance(text, Mapping) else text.strip() for name, text in texts.items()}
    return {name: text for name, text in trimmed.items() if text}


def check_names(names: Mapping[str, str]) -> Iterator[FieldError]:
    """Yield what is wrong with a category's names in other languages."""
    for language, name in names.items():
        if fault := language_fault(language, field=f"names.{language}"):
            yield fault
        elif len(name) > LONGEST_NAME:
            yield _too_long(f"names.{language}", name, LONGEST_NAME)


def store_names(names: Mapping[str, str]) -> dict[str, str]:
    """Return a category's names as they are stored: what is blank is left out."""
    return _filled(names)
