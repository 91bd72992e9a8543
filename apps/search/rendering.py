"""From a product and what is known about its stock and categories to the documents that answer requests as they are.

There is one in the shop's own language, and one in each other that the product reads differently in: what has no translation is one
document for all languages, and costs what it costs in a shop of one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from html import unescape
from typing import Any, Final
from uuid import UUID

import orjson

from apps.catalog.contracts import Category, Image, Option, Product, ProductTexts, Variant
from apps.inventory.contracts import StockStatus
from apps.kernel import codec
from apps.kernel.money import Money
from apps.media import api as media
from apps.search import option_values
from apps.search.languages import shop_language
from apps.web.languages import other_languages

_TAG: Final = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One product in one language and currency; `card` and `detail` are JSON text, the rest is what lists filter, search and sort by."""

    product_id: UUID
    language: str
    translated: tuple[str, ...]
    currency: str
    slug: str
    title: str
    card: str
    detail: str
    price: str
    in_stock: bool
    category_paths: tuple[str, ...]
    published_at: str
    keywords: str
    codes: str
    body: str
    option_values: tuple[str, ...]
    shown_values: tuple[str, ...]


_OWN_WORDS: Final = ProductTexts()


def render(
    product: Product, *, stock: Mapping[UUID, StockStatus], categories: Mapping[UUID, Category]
) -> tuple[Document, ...]:
    """Return the documents in each currency that any variant has a price in."""
    product = _with_shown_pictures(product)
    currencies = sorted({currency for variant in product.variants for currency in variant.prices})
    known = [categories.get(category.id, category) for category in product.categories]
    translated = [
        language
        for language in other_languages()
        if language in product.translations or any(language in category.names for category in known)
    ]
    documents = [
        _render(product, currency, _OWN_WORDS, language=shop_language(), stock=stock, categories=known)
        for currency in currencies
    ]
    documents = [replace(document, translated=tuple(translated)) for document in documents] if translated else documents
    for language in translated:
        texts = product.translations.get(language, _OWN_WORDS)
        named = [replace(category, name=category.name_in(language)) for category in known]
        told = _translate(product, texts)
        documents += [
            _render(told, currency, texts, language=language, stock=stock, categories=named) for currency in currencies
        ]
    return tuple(documents)


def _with_shown_pictures(product: Product) -> Product:
    """Return a product without the pictures that are still to be fetched."""
    if all(media.is_shown(url=image.url) for image in product.images):
        return product
    images = tuple(image for image in product.images if media.is_shown(url=image.url))
    variants = (
        variant if variant.image in (None, *images) else replace(variant, image=None) for variant in product.variants
    )
    return replace(product, images=images, variants=tuple(variants))


def _translate(product: Product, texts: ProductTexts) -> Product:
    """Return a product as it reads in these texts, each that is missing in the shop's own words; options keep their names."""

    def picture(image: Image) -> Image:
        alts = (texts.image_alts.get(url) for url in (image.url, *image.source_urls))
        return replace(image, alt=next(filter(None, alts), image.alt))

    variants = (
        replace(
            variant,
            title=" / ".join(texts.values.get(name, {}).get(value, value) for name, value in variant.options.items()),
            image=picture(variant.image) if variant.image else None,
        )
        for variant in product.variants
    )
    return replace(
        product,
        title=texts.title or product.title,
        description_html=texts.description_html or product.description_html,
        attributes={**product.attributes, **texts.attributes},
        images=tuple(map(picture, product.images)),
        variants=tuple(variants),
    )


def _render(
    product: Product,
    currency: str,
    texts: ProductTexts,
    *,
    language: str,
    stock: Mapping[UUID, StockStatus],
    categories: Sequence[Category],
) -> Document:
    variants = [variant for variant in product.variants if currency in variant.prices]
    options = [_option(option, texts) for option in product.options]
    card = _card(product, variants, options=options, currency=currency, stock=stock)
    detail = {
        **card,
        "vendor": product.vendor,
        "product_type": product.product_type,
        "tags": product.tags,
        "description_html": product.description_html,
        "variants": [_variant(v, product, currency=currency, in_stock=_is_sold(v, stock)) for v in variants],
        "images": [_image(image, alt=image.alt) for image in product.images],
        "categories": [{"id": str(c.id), "name": c.name, "slug": c.slug, "path": c.path} for c in categories],
        "attributes": dict(product.attributes),
        **_shown_words("attribute_names", product.attributes, texts.names),
        **_shown_words("tag_names", product.tags, texts.tags),
    }
    return Document(
        product_id=product.id,
        language=language,
        translated=(),
        currency=currency,
        slug=product.slug,
        title=product.title,
        card=orjson.dumps(card).decode(),
        detail=orjson.dumps(detail).decode(),
        price=card["price"]["amount"],
        in_stock=card["in_stock"],
        category_paths=tuple(sorted({path for category in categories for path in _with_ancestors(category.path)})),
        published_at=codec.encode(product.published_at),
        keywords=_searchable(
            product.vendor, product.product_type, *product.tags, *texts.tags.values(), *(c.name for c in categories)
        ),
        codes=" ".join(f"{variant.sku} {variant.barcode}" for variant in product.variants),
        body=_searchable(unescape(_TAG.sub(" ", product.description_html)), *map(str, product.attributes.values())),
        option_values=tuple(
            option_values.join(option.name, value) for option in product.options for value in option.values
        ),
        shown_values=_shown_values(options),
    )


def _searchable(*texts: str) -> str:
    """Return texts with plain spaces only: PostgreSQL takes a no-break space, as good typography has it, for a letter."""
    return " ".join(" ".join(texts).split())


def _option(option: Option, texts: ProductTexts) -> dict[str, Any]:
    """Return an option by the words that links and filters know; what is shown instead stands beside them, where that differs."""
    known = {"name": option.name, "values": option.values}
    values = texts.values.get(option.name, {})
    name = texts.names.get(option.name, option.name)
    if not values and name == option.name:
        return known
    return {**known, "shown_name": name, "shown_values": [values.get(value, value) for value in option.values]}


def _shown_values(options: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return what each of the document's option values reads, in their order; nothing where all read as they are."""
    if not any("shown_name" in option for option in options):
        return ()
    return tuple(
        option_values.join(option.get("shown_name", option["name"]), value)
        for option in options
        for value in option.get("shown_values", option["values"])
    )


def _shown_words(member: str, words: Iterable[str], shown: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return a member of the detail that tells what these words read; none where they read as they are."""
    differing = {word: shown[word] for word in words if word in shown}
    return {member: differing} if differing else {}


def _card(
    product: Product,
    variants: list[Variant],
    *,
    options: list[dict[str, Any]],
    currency: str,
    stock: Mapping[UUID, StockStatus],
) -> dict[str, Any]:
    cheapest = min(variants, key=lambda variant: variant.prices[currency].amount)
    sold = [variant for variant in variants if _is_sold(variant, stock)]
    picture, second = (*product.images[:2], None, None)[:2]
    return {
        "id": str(product.id),
        "slug": product.slug,
        "title": product.title,
        "price": codec.encode(cheapest.prices[currency]),
        "compare_at_price": codec.encode(_reduced_from(cheapest, currency)),
        "image": _image(picture, alt=picture.alt or product.title) if picture else None,
        "second_image": _image(second, alt=second.alt or product.title) if second else None,
        "options": options,
        "in_stock": bool(sold),
        "few_left": bool(sold) and all(stock[variant.id] is StockStatus.LOW for variant in sold),
        "rating": None,
    }


def _is_sold(variant: Variant, stock: Mapping[UUID, StockStatus]) -> bool:
    return stock.get(variant.id, StockStatus.OUT) is not StockStatus.OUT


def _variant(variant: Variant, product: Product, *, currency: str, in_stock: bool) -> dict[str, Any]:
    return {
        "id": str(variant.id),
        "sku": variant.sku,
        "title": variant.title or product.title,
        "options": dict(variant.options),
        "price": codec.encode(variant.prices[currency]),
        "compare_at_price": codec.encode(_reduced_from(variant, currency)),
        "in_stock": in_stock,
        "image": _image(image, alt=image.alt or product.title) if (image := variant.image) else None,
    }


def _reduced_from(variant: Variant, currency: str) -> Money | None:
    """A former price is shown only where it is the higher one."""
    before = variant.compare_at_prices.get(currency)
    return before if before and before > variant.prices[currency] else None


def _image(image: Image, *, alt: str) -> dict[str, Any]:
    return {"url": image.url, "alt": alt, "width": image.width, "height": image.height}


def _with_ancestors(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[: n + 1]) for n in range(len(parts))]
