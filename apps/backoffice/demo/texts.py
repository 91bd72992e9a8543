"""The demo brand in the shop's other languages, from `texts.<language>.json`: keys are what the English data says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from apps.catalog.contracts import ProductInput, ProductTexts
from apps.web.languages import other_languages

_FOLDER: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """The brand's texts in one language."""

    told: Mapping[str, Any]

    def product(self, entry: Mapping[str, Any], product: ProductInput) -> ProductTexts:
        """Return the texts of a product; those of its pictures follow when these have addresses."""
        own = self.told["products"][product.slug]
        shared = {
            "Material": own["material"],
            "Fit": own.get("fit", ""),
            **own.get("attributes", {}),
            "Size guide": self.told["guide"].get(entry.get("guide"), ""),
            "Care": self.told["care"][entry["care"]],
        }
        options = {option.name: option.values for option in product.options}
        words = self.told["values"]
        return ProductTexts(
            title=own["title"],
            description_html=own["description"],
            names=_of(self.told["attributes"], product.attributes) | _of(self.told["options"], options),
            values={name: _of(words, values) for name, values in options.items() if _of(words, values)},
            attributes=_of(shared, product.attributes),
            tags=_of(self.told["tags"], product.tags),
        )

    def alt(self, *, slug: str, colour: str, view: str, coloured: bool) -> str:
        """Return what a picture shows."""
        pictures = self.told["pictures"]
        sentence: str = pictures["coloured" if coloured else "plain"]
        title = self.told["products"][slug]["title"]
        return sentence.format(
            title=title, colour=self.told["values"].get(colour, colour), view=pictures["views"][view]
        )

    def category(self, slug: str) -> str:
        """Return the name of a category; blank for one that is not the demo's."""
        return str(self.told["categories"].get(slug, ""))


def _of(texts: Mapping[str, str], wanted: Any) -> dict[str, str]:
    return {name: texts[name] for name in wanted if texts.get(name)}


@cache
def _read(language: str) -> Speaker | None:
    path = _FOLDER / f"texts.{language}.json"
    return Speaker(told=json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None


def speakers() -> dict[str, Speaker]:
    """Return who speaks for the brand by language: each of the shop's other languages that it has texts in."""
    return {language: speaker for language in other_languages() if (speaker := _read(language))}
