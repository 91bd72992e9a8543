"""A product's texts in other languages as they are read: those of languages that the shop has, of what the product has."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from apps.catalog.contracts import SEO_ATTRIBUTES, ProductTexts
from apps.web.languages import other_languages


def read_texts(
    stored: Mapping[str, Mapping[str, Any]],
    *,
    options: Mapping[str, Collection[str]],
    attributes: Collection[str],
    tags: Collection[str],
    image_urls: Collection[str],
) -> dict[str, ProductTexts]:
    """Return stored translations without what stands for something that the product has no more, or not now."""
    names = {*options, *attributes}
    found = {}
    for language in other_languages():
        if not (texts := stored.get(language)):
            continue
        values = texts.get("values", {})
        shown = {option: _of(values.get(option, {}), known) for option, known in options.items()}
        fitting = ProductTexts(
            title=texts.get("title", ""),
            description_html=texts.get("description_html", ""),
            names=_of(texts.get("names", {}), names),
            values={option: texts for option, texts in shown.items() if texts},
            attributes=_of(texts.get("attributes", {}), {*attributes, *SEO_ATTRIBUTES}),
            tags=_of(texts.get("tags", {}), tags),
            image_alts=_of(texts.get("image_alts", {}), image_urls),
        )
        if fitting != ProductTexts():
            found[language] = fitting
    return found


def _of(texts: Mapping[str, str], wanted: Collection[str]) -> dict[str, str]:
    return {name: text for name, text in texts.items() if name in wanted}
