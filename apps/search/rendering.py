"""From a product and what is known about its stock and categories to the documents that answer requests as they are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any, Final
from uuid import UUID

import orjson

from apps.catalog.contracts import Category, Image, Product, Variant
from apps.kernel import codec
from apps.kernel.money import Money

_TAG: Final = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One product in one currency; `card` and `detail` are JSON text, the rest is what lists filter, search and sort by."""

    product_id: UUID
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


def render(
    product: Product, *, in_stock: Mapping[UUID, bool], categories: Mapping[UUID, Category]
) -> tuple[Document, ...]:
    """Return one document for each currency that any variant has a price in."""
    currencies = sorted({currency for variant in product.variants for currency in variant.prices})
    shown = [categories.get(category.id, category) for category in product.categories]
    return tuple(_render(product, currency, in_stock=in_stock, categories=shown) for currency in currencies)


def _render(product: Product, currency: str, *, in_stock: Mapping[UUID, bool], categories: list[Category]) -> Document:
    variants = [variant for variant in product.variants if currency in variant.prices]
    card = _card(product, variants, currency=currency, in_stock=in_stock)
    detail = {
        **card,
        "vendor": product.vendor,
        "product_type": product.product_type,
        "tags": product.tags,
        "description_html": product.description_html,
        "variants": [_variant(v, product, currency=currency, in_stock=in_stock.get(v.id, False)) for v in variants],
        "images": [_image(image, alt=image.alt) for image in product.images],
        "categories": [{"id": str(c.id), "name": c.name, "slug": c.slug, "path": c.path} for c in categories],
        "attributes": dict(product.attributes),
    }
    return Document(
        product_id=product.id,
        currency=currency,
        slug=product.slug,
        title=product.title,
        card=orjson.dumps(card).decode(),
        detail=orjson.dumps(detail).decode(),
        price=card["price"]["amount"],
        in_stock=card["in_stock"],
        category_paths=tuple(sorted({path for category in categories for path in _with_ancestors(category.path)})),
        published_at=codec.encode(product.published_at),
        keywords=" ".join([product.vendor, product.product_type, *product.tags, *(c.name for c in categories)]),
        codes=" ".join(f"{variant.sku} {variant.barcode}" for variant in product.variants),
        body=f"{unescape(_TAG.sub(' ', product.description_html))} {' '.join(map(str, product.attributes.values()))}",
        option_values=tuple(f"{option.name}:{value}" for option in product.options for value in option.values),
    )


def _card(product: Product, variants: list[Variant], *, currency: str, in_stock: Mapping[UUID, bool]) -> dict[str, Any]:
    cheapest = min(variants, key=lambda variant: variant.prices[currency].amount)
    picture, second = (*product.images[:2], None, None)[:2]
    return {
        "id": str(product.id),
        "slug": product.slug,
        "title": product.title,
        "price": codec.encode(cheapest.prices[currency]),
        "compare_at_price": codec.encode(_reduced_from(cheapest, currency)),
        "image": _image(picture, alt=picture.alt or product.title) if picture else None,
        "second_image": _image(second, alt=second.alt or product.title) if second else None,
        "options": [{"name": option.name, "values": option.values} for option in product.options],
        "in_stock": any(in_stock.get(variant.id, False) for variant in variants),
        "rating": None,
    }


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
