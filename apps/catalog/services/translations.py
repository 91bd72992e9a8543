"""Texts of products and names of categories in other languages: what they must be, and how they are stored."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from apps.catalog.contracts import LONGEST_TEXTS, SEO_ATTRIBUTES, ProductInput, ProductTexts
from apps.catalog.services.html import sanitise
from apps.kernel import codec
from apps.kernel.errors import FieldError
from apps.web.texts import filled, language_fault, too_long

LONGEST_NAME: Final = 200


def check_translations(product: ProductInput) -> Iterator[FieldError]:
    """Yield what is wrong with a product's translations, each fault with its field."""
    for language, texts in (product.translations or {}).items():
        where = f"translations.{language}"
        if fault := language_fault(language, field=where):
            yield fault
            continue
        for name in ("title", "description_html"):
            if len(text := getattr(texts, name)) > LONGEST_TEXTS[name]:
                yield too_long(f"{where}.{name}", text, LONGEST_TEXTS[name])
        yield from _maps(product, texts, where=where)


def _maps(product: ProductInput, texts: ProductTexts, *, where: str) -> Iterator[FieldError]:
    options = {option.name: option.values for option in product.options}
    known: dict[str, Collection[str]] = {
        "names": [*options, *product.attributes],
        "attributes": [*product.attributes, *SEO_ATTRIBUTES],
        "tags": product.tags,
        "image_alts": [url for image in product.images for url in (image.url, *image.source_urls)],
    }
    for name, wanted in known.items():
        yield from _map(getattr(texts, name), wanted, where=f"{where}.{name}", longest=LONGEST_TEXTS[name])
    for option, shown in texts.values.items():
        field = f"{where}.values.{option}"
        if option in options:
            yield from _map(shown, options[option], where=field, longest=LONGEST_TEXTS["values"])
        else:
            yield _unknown(field, option, list(options))


def _map(texts: Mapping[str, str], wanted: Collection[str], *, where: str, longest: int) -> Iterator[FieldError]:
    for name, text in texts.items():
        if name not in wanted:
            yield _unknown(f"{where}.{name}", name, wanted)
        elif len(text) > longest:
            yield too_long(f"{where}.{name}", text, longest)


def _unknown(field: str, name: str, wanted: Collection[str]) -> FieldError:
    there = ", ".join(map(repr, wanted)) or "nothing of the kind"
    return FieldError(field, "unknown_text", f"The product has no {name[:80]!r} to translate; it has {there[:300]}.")


def store_texts(translations: Mapping[str, ProductTexts]) -> dict[str, dict[str, Any]]:
    """Return translations as they are stored, by language: sanitised, and what is blank left out."""
    stored = {language: _store(texts) for language, texts in translations.items()}
    return {language: texts for language, texts in stored.items() if texts}


def _store(texts: ProductTexts) -> dict[str, Any]:
    return filled({**codec.encode(texts), "description_html": sanitise(texts.description_html)})


def check_names(names: Mapping[str, str]) -> Iterator[FieldError]:
    """Yield what is wrong with a category's names in other languages."""
    for language, name in names.items():
        if fault := language_fault(language, field=f"names.{language}"):
            yield fault
        elif len(name) > LONGEST_NAME:
            yield too_long(f"names.{language}", name, LONGEST_NAME)


def store_names(names: Mapping[str, str]) -> dict[str, str]:
    """Return a category's names as they are stored: what is blank is left out."""
    return filled(names)
