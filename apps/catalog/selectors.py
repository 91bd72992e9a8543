"""Reads of catalog: whole products as contracts, and what a cart needs of variants in one statement."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from functools import reduce
from operator import and_
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Prefetch, Q, QuerySet

from apps.catalog import contracts, models
from apps.catalog.texts import read_texts
from apps.kernel.money import Money
from apps.kernel.pages import Page
from apps.media import api as media
from apps.persistence.statements import fetch_all, write_array
from apps.web.languages import other_languages
from apps.web.pagination import PageParams, paginate

MOST_FOUND: Final = 1000

# One statement whatever the number of variants: it stands on the path of every checkout. The ids come through ARRAY(), so that a plan for
# these very ids looks no better than one for any, which PostgreSQL then keeps: planning costs several times the reading.
_SELLABLE = """
    SELECT v.id, v.product_id, p.slug, v.sku, p.title, v.options, price.price_amount,
           CASE WHEN price.compare_at_amount > price.price_amount THEN price.compare_at_amount END,
           v.weight_grams, v.requires_shipping, v.tax_class, image.url, image.alt, image.width, image.height, p.status = 'published',
           ARRAY(SELECT o.name FROM catalog_productoption o WHERE o.product_id = p.id ORDER BY o.position),
           (p.translations -> %(language)s) - ARRAY['description_html', 'attributes', 'tags', 'image_alts']
    FROM catalog_variant v
    JOIN catalog_product p ON p.id = v.product_id
    LEFT JOIN catalog_variantprice price ON price.variant_id = v.id AND price.price_currency = %(currency)s
    LEFT JOIN LATERAL (
        SELECT i.url, i.alt, i.width, i.height FROM catalog_productimage i WHERE i.product_id = p.id
        ORDER BY (i.id = v.image_id) DESC NULLS LAST, i.position LIMIT 1) image ON true
    WHERE v.id = ANY(ARRAY(SELECT unnest(%(ids)s::uuid[])))
"""


def sellable_variants(*, ids: Sequence[UUID], currency: str, language: str) -> dict[UUID, contracts.SellableVariant]:
    if not ids:
        return {}
    translated = language if language in other_languages() else None
    rows = fetch_all("catalog", _SELLABLE, {"ids": write_array(ids), "currency": currency, "language": translated})
    return {row[0]: _sellable(row, currency=currency) for row in rows}


def _sellable(row: tuple[Any, ...], *, currency: str) -> contracts.SellableVariant:
    (
        identity,
        product_id,
        slug,
        sku,
        title,
        options,
        amount,
        former,
        grams,
        ships,
        tax_class,
        url,
        alt,
        width,
        height,
        on,
        names,
        texts,
    ) = row
    options = in_order(json.loads(options), names)
    shown = json.loads(texts) if texts else {}
    return contracts.SellableVariant(
        id=identity,
        product_id=product_id,
        product_slug=slug,
        sku=sku,
        title=title,
        options=options,
        price=None if amount is None else Money(Decimal(amount), currency),
        compare_at_price=None if former is None else Money(Decimal(former), currency),
        weight_grams=grams,
        requires_shipping=ships,
        tax_class=tax_class,
        image=contracts.Image(url=url, alt=alt, width=width, height=height)
        if url and media.is_shown(url=url)
        else None,
        available_for_sale=on,
        shown_title=shown.get("title") or title,
        shown_options=show_options(options, names=shown.get("names", {}), values=shown.get("values", {})),
    )


def show_options(
    options: Mapping[str, str], *, names: Mapping[str, str], values: Mapping[str, Mapping[str, str]]
) -> dict[str, str]:
    """Return options as they are shown, the shop's own words where there are no others."""
    return {names.get(name, name): values.get(name, {}).get(value, value) for name, value in options.items()}


def in_order(options: Mapping[str, str], names: Sequence[str]) -> dict[str, str]:
    """jsonb forgets the order of its members; the product's options have it."""
    return {name: options[name] for name in names if name in options}


def product(product_id: UUID) -> contracts.Product | None:
    row = whole_products().filter(id=product_id).first()
    return None if row is None else to_product(row)


def product_by_slug(slug: str) -> contracts.Product | None:
    row = whole_products().filter(slug=slug).first()
    return None if row is None else to_product(row)


def existing_product(product_id: UUID) -> contracts.Product:
    return to_product(whole_products().get(id=product_id))


def existing_products(product_ids: Sequence[UUID]) -> list[contracts.Product]:
    return [to_product(row) for row in whole_products().filter(id__in=product_ids)]


def products(*, after_id: UUID | None, limit: int) -> tuple[contracts.Product, ...]:
    rows = whole_products().order_by("id")
    if after_id is not None:
        rows = rows.filter(id__gt=after_id)
    return tuple(to_product(row) for row in rows[:limit])


def matching(search: str) -> Q:
    """Return the products of which each word is a part of the title, slug, vendor or type, or all of it a part of a SKU.

    Never more than the newest `MOST_FOUND`: counting and sorting what a common word finds would read every product.
    """
    text = search.strip().replace("\0", "")
    columns = ("title", "slug", "vendor", "product_type")
    words = (Q(*((f"{name}__icontains", word) for name in columns), _connector=Q.OR) for word in text.split())
    by_words = models.Product.objects.filter(reduce(and_, words, Q())).order_by("-pk").values_list("pk")
    by_sku = models.Variant.objects.filter(sku__icontains=text).order_by("-pk").values_list("product_id")
    return Q(pk__in=by_words[:MOST_FOUND].union(by_sku[:MOST_FOUND]))


def product_page(
    *, params: PageParams, search: str, status: contracts.ProductStatus | None
) -> Page[contracts.ProductSummary]:
    rows = models.Product.objects.annotate(variant_count=Count("variants"))
    if search:
        of_sku = models.Variant.objects.filter(sku__iexact=search).values("product_id")
        rows = rows.filter(Q(title__icontains=search) | Q(slug__icontains=search) | Q(id__in=of_sku))
    if status:
        rows = rows.filter(status=status.value)
    return paginate(rows, params=params, order=("-id",), map=_summary)


def _summary(row: Any) -> contracts.ProductSummary:
    return contracts.ProductSummary(
        id=row.id,
        slug=row.slug,
        title=row.title,
        status=contracts.ProductStatus(row.status),
        vendor=row.vendor,
        product_type=row.product_type,
        variant_count=row.variant_count,
        version=row.version,
    )


def variant_by_sku(sku: str) -> contracts.Variant | None:
    found = models.Variant.objects.filter(sku=sku).values("id", "product_id").first()
    whole = product(found["product_id"]) if found else None
    return next((v for v in whole.variants if found and v.id == found["id"]), None) if whole else None


def variant_ids(skus: Collection[str]) -> dict[str, UUID]:
    return dict(models.Variant.objects.filter(sku__in=skus).values_list("sku", "id"))


def product_titles(product_ids: Collection[UUID]) -> dict[UUID, str]:
    return dict(models.Product.objects.filter(id__in=product_ids).values_list("id", "title"))


def whole_products() -> QuerySet[models.Product]:
    """Products with everything a contract needs: seven statements for any number of them."""
    return models.Product.objects.prefetch_related(
        "options",
        "images",
        Prefetch("variants", models.Variant.objects.prefetch_related("prices")),
        Prefetch(
            "category_links", models.ProductCategory.objects.select_related("category").order_by("category__path")
        ),
    )


def to_product(row: models.Product) -> contracts.Product:
    images = {image.id: _image(image) for image in row.images.all()}
    names = [option.name for option in row.options.all()]
    return contracts.Product(
        id=row.id,
        slug=row.slug,
        title=row.title,
        status=contracts.ProductStatus(row.status),
        description_html=row.description_html,
        vendor=row.vendor,
        product_type=row.product_type,
        tags=tuple(row.tags),
        options=tuple(contracts.Option(name=o.name, values=tuple(o.values)) for o in row.options.all()),
        variants=tuple(_variant(variant, names=names, images=images) for variant in row.variants.all()),
        images=tuple(images.values()),
        categories=tuple(to_category(link.category) for link in row.category_links.all()),
        attributes=row.attributes,
        published_at=row.published_at,
        version=row.version,
        translations=_translations(row) if row.translations else {},
    )


def _translations(row: models.Product) -> dict[str, contracts.ProductTexts]:
    return read_texts(
        row.translations,
        options={option.name: option.values for option in row.options.all()},
        attributes=row.attributes,
        tags=row.tags,
        image_urls=[url for image in row.images.all() for url in (image.url, *image.source_urls)],
    )


def _variant(row: models.Variant, *, names: Sequence[str], images: Mapping[UUID, contracts.Image]) -> contracts.Variant:
    options = in_order(row.options, names)
    prices = sorted(row.prices.all(), key=lambda price: price.price.currency)
    return contracts.Variant(
        id=row.id,
        product_id=row.product_id,
        sku=row.sku,
        title=" / ".join(options.values()),
        options=options,
        prices={price.price.currency: price.price for price in prices},
        compare_at_prices={p.compare_at.currency: p.compare_at for p in prices if p.compare_at is not None},
        weight_grams=row.weight_grams,
        requires_shipping=row.requires_shipping,
        tax_class=row.tax_class,
        barcode=row.barcode,
        position=row.position,
        image=images.get(row.image_id) if row.image_id else None,
    )


def _image(row: models.ProductImage) -> contracts.Image:
    return contracts.Image(
        url=row.url, alt=row.alt, width=row.width, height=row.height, source_urls=tuple(row.source_urls)
    )


def to_category(row: models.Category) -> contracts.Category:
    return contracts.Category(
        id=row.id,
        name=row.name,
        slug=row.slug,
        path=row.path,
        parent_id=row.parent_id,
        position=row.position,
        names={language: row.names[language] for language in other_languages() if language in row.names},
    )


def categories() -> tuple[contracts.Category, ...]:
    return tuple(to_category(row) for row in models.Category.objects.order_by("path"))


def imported_stock(*, variant_ids: Sequence[UUID]) -> dict[UUID, tuple[int | None, int | None]]:
    """Return by variant what the last imported file and the last export named."""
    rows = models.ImportedStock.objects.filter(variant_id__in=variant_ids)
    return {
        key: (quantity, exported) for key, quantity, exported in rows.values_list("variant_id", "quantity", "exported")
    }
