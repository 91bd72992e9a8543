"""Fields of the admin's forms for texts in the shop's other languages; what is left blank shows what falls back in its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from apps.catalog.contracts import LONGEST_TEXTS, SEO_ATTRIBUTES, ProductTexts
from apps.catalog.models import Category, Product
from apps.catalog.services.translations import LONGEST_NAME, store_texts
from apps.kernel import codec
from apps.web.languages import other_languages

_SEO_LABELS = dict(zip(SEO_ATTRIBUTES, ("Title for search engines", "Description for search engines"), strict=True))
_LONG = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text to translate: `path` leads to it in a stored translation, `own` is what stands in the shop's own language."""

    path: tuple[str, ...]
    label: str
    own: str
    longest: int

    def field(self) -> forms.CharField:
        """Return the field to write it in."""
        is_long = self.path[0] == "description_html" or len(self.own) > _LONG
        widget = UnfoldAdminTextareaWidget(attrs={"rows": 6}) if is_long else UnfoldAdminTextInputWidget()
        widget.attrs["placeholder"] = self.own
        return forms.CharField(label=self.label, required=False, max_length=self.longest, widget=widget)


def language_names() -> dict[str, str]:
    """Return what each of the shop's other languages is called, by code."""
    names = dict(settings.LANGUAGES)
    return {code: names[code] for code in other_languages()}


def product_texts(product: Product | None) -> list[Text]:
    """Return what a product has to translate; a new one has no options, attributes, tags and pictures yet."""
    texts = [
        Text(path=("title",), label="Title", own=product.title if product else "", longest=LONGEST_TEXTS["title"]),
        Text(
            path=("description_html",),
            label="Description",
            own=product.description_html if product else "",
            longest=LONGEST_TEXTS["description_html"],
        ),
    ]
    if product is None:
        return texts
    attributes = {name: str(text) for name, text in product.attributes.items()}
    for name, label in _SEO_LABELS.items():
        texts.append(_of("attributes", name, label=label, own=attributes.pop(name, "")))
    return [*texts, *_options(product), *_attributes(attributes), *_rest(product)]


def _of(member: str, *keys: str, label: str, own: str) -> Text:
    return Text(path=(member, *keys), label=label, own=own, longest=LONGEST_TEXTS[member])


def _options(product: Product) -> Iterator[Text]:
    for option in product.options.all():
        yield _of("names", option.name, label=f"Option {option.name}", own=option.name)
        for value in option.values:
            yield _of("values", option.name, value, label=f"{option.name}: {value}", own=value)


def _attributes(attributes: Mapping[str, str]) -> Iterator[Text]:
    for name, text in attributes.items():
        yield _of("names", name, label=f"Name of {name}", own=name)
        yield _of("attributes", name, label=name, own=text)


def _rest(product: Product) -> Iterator[Text]:
    for tag in product.tags:
        yield _of("tags", tag, label=f"Tag {tag}", own=tag)
    for place, image in enumerate(product.images.all(), 1):
        yield _of("image_alts", image.url, label=f"Picture {place}", own=image.alt)


def field_names(product: Product | None, language: str) -> dict[str, Text]:
    """Return a product's texts by the names of the fields that hold them in a language.

    An option and an attribute of one name have one field for it.
    """
    texts: dict[tuple[str, ...], Text] = {}
    for text in product_texts(product):
        texts.setdefault(text.path, text)
    return {f"text_{language}_{place}": text for place, text in enumerate(texts.values())}


def read_text(stored: Mapping[str, Any], path: tuple[str, ...]) -> str:
    """Return the text that `path` leads to in a stored translation; blank where there is none."""
    found: Any = stored
    for key in path:
        found = found.get(key, {}) if isinstance(found, Mapping) else {}
    return found if isinstance(found, str) else ""


def write_texts(given: Mapping[tuple[str, ...], str]) -> dict[str, Any]:
    """Return a translation as it is stored, from texts by path; empty where all are blank."""
    encoded: dict[str, Any] = {}
    for (*keys, last), text in given.items():
        place = encoded
        for key in keys:
            place = place.setdefault(key, {})
        place[last] = text
    return store_texts({"": codec.decode(ProductTexts, encoded)}).get("", {})


def name_fields(category: Category | None) -> dict[str, forms.CharField]:
    """Return the fields of a category's names in the shop's other languages, by their own names."""
    return {
        f"name_{code}": Text(
            path=(code,), label=f"Name in {name}", own=category.name if category else "", longest=LONGEST_NAME
        ).field()
        for code, name in language_names().items()
    }
