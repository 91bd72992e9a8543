"""What a product must be before it is written; every fault at once, each with its field."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from typing import Final, TypeVar

from django.conf import settings

from apps.catalog.contracts import LONGEST_TEXTS, PRICE_LIMIT, ProductInput, ProductStatus, VariantInput
from apps.catalog.services.translations import check_translations
from apps.kernel.errors import FieldError, Invalid
from apps.web.texts import too_long

T = TypeVar("T", bound=Hashable)
SLUG: Final = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_LIMITS: Final = {
    "slug": 255,
    "vendor": 255,
    "product_type": 255,
    **{name: LONGEST_TEXTS[name] for name in ("title", "description_html")},
}
_MOST_GRAMS: Final = 2**31 - 1


def check_product(product: ProductInput) -> None:
    """Raise Invalid naming every field that breaks a rule."""
    faults = [
        *_texts(product),
        *_options(product),
        *_images(product),
        *_variants(product),
        *check_translations(product),
    ]
    if product.status is ProductStatus.PUBLISHED and not any(variant.prices for variant in product.variants):
        faults.append(FieldError("variants", "required", "A published product needs a variant with a price."))
    if faults:
        raise Invalid(fields=faults)


def _texts(product: ProductInput) -> Iterator[FieldError]:
    if not product.title.strip():
        yield FieldError("title", "required", "A product needs a title.")
    for name, limit in _LIMITS.items():
        if len(text := getattr(product, name)) > limit:
            yield too_long(name, text, limit)
    if product.slug and not SLUG.fullmatch(product.slug):
        yield FieldError(
            "slug", "invalid", f"{product.slug!r} is no slug; use a-z, 0-9 and hyphens, such as rain-jacket."
        )
    if any(not tag.strip() or len(tag) > LONGEST_TEXTS["tags"] for tag in product.tags):
        yield FieldError("tags", "invalid", "A tag has 1 to 255 characters.")


def _options(product: ProductInput) -> Iterator[FieldError]:
    if _repeated(option.name for option in product.options):
        yield FieldError("options", "duplicate", "Each option has a name of its own.")
    for i, option in enumerate(product.options):
        if not 0 < len(option.name) <= 100:
            yield FieldError(f"options.{i}.name", "invalid", "An option's name has 1 to 100 characters.")
        if not option.values or _repeated(option.values) or any(not 0 < len(value) <= 255 for value in option.values):
            yield FieldError(
                f"options.{i}.values", "invalid", "An option has values, all different, of 1 to 255 characters."
            )


def _images(product: ProductInput) -> Iterator[FieldError]:
    if _repeated(image.url for image in product.images):
        yield FieldError("images", "duplicate", "Each image is named once.")
    for i, image in enumerate(product.images):
        if not is_image_url(image.url):
            yield FieldError(
                f"images.{i}.url",
                "invalid",
                f"{image.url[:80]!r} is no address of an image: http(s)://... or /static/...",
            )
        if len(image.alt) > LONGEST_TEXTS["image_alts"]:
            yield too_long(f"images.{i}.alt", image.alt, LONGEST_TEXTS["image_alts"])


def is_image_url(url: str) -> bool:
    """Return whether a browser may be sent to `url`: http, https or a path of this shop; 2000 characters at most."""
    return len(url) <= 2000 and bool(re.fullmatch(r"(https?://[^\s/]|/[^\s/])\S*", url))


def _variants(product: ProductInput) -> Iterator[FieldError]:
    values = {option.name: set(option.values) for option in product.options}
    if _repeated(frozenset(variant.options.items()) for variant in product.variants):
        yield FieldError("variants", "duplicate", "Two variants have the same options.")
    for sku in _repeated(variant.sku for variant in product.variants if variant.sku):
        yield FieldError("variants", "duplicate", f"Two variants have the SKU {sku!r}; each needs its own.")
    urls = {image.url for image in product.images}
    for i, variant in enumerate(product.variants):
        if variant.options.keys() != values.keys() or any(v not in values[name] for name, v in variant.options.items()):
            detail = "A variant names one value of each option of the product, and nothing else."
            yield FieldError(f"variants.{i}.options", "invalid", detail)
        if variant.image_url and variant.image_url not in urls:
            yield FieldError(f"variants.{i}.image_url", "unknown_image", "It is not among the product's images.")
        yield from _variant_values(variant, where=f"variants.{i}")


def _variant_values(variant: VariantInput, *, where: str) -> Iterator[FieldError]:
    for name in ("sku", "barcode"):
        if len(text := getattr(variant, name)) > 100:
            yield too_long(f"{where}.{name}", text, 100)
    if not 0 <= variant.weight_grams <= _MOST_GRAMS:
        yield FieldError(f"{where}.weight_grams", "invalid", "A weight is zero or more, in grams.")
    if variant.tax_class not in settings.TAX_CLASSES:
        detail = f"{variant.tax_class!r} is no tax class of this shop; use one of {', '.join(settings.TAX_CLASSES)}."
        yield FieldError(f"{where}.tax_class", "unknown_tax_class", detail)
    for field, prices in (("prices", variant.prices), ("compare_at_prices", variant.compare_at_prices)):
        for currency, price in prices.items():
            if price.currency != currency or not 0 <= price.amount < PRICE_LIMIT:
                detail = f"{price} is no price in {currency}: zero or more, below a billion, in its own currency."
                yield FieldError(f"{where}.{field}", "invalid", detail)
    if variant.compare_at_prices.keys() - variant.prices.keys():
        yield FieldError(
            f"{where}.compare_at_prices", "invalid", "A compare-at price needs a price in the same currency."
        )


def _repeated(items: Iterable[T]) -> list[T]:
    return [item for item, count in Counter(items).items() if count > 1]
