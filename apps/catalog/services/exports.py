"""Exporting every product: page by page, so that memory does not grow with the catalogue."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Final
from uuid import UUID

from django.db.models import Count

from apps.catalog import models, selectors
from apps.catalog.contracts import CarriedCells, Category, Product
from apps.catalog.importing import export
from apps.catalog.services.categories import slug_for
from apps.messaging import api as messaging
from apps.persistence.statements import fetch_all

_PAGE: Final = 100
_CELLS: Final = """
    SELECT jsonb_object_keys(product) FROM catalog_carriedcells
    UNION SELECT jsonb_object_keys(cells.value) FROM catalog_carriedcells, jsonb_each(variants) cells
"""
_ATTRIBUTES: Final = """
    SELECT DISTINCT attribute.name, carried.headings ->> attribute.name
    FROM catalog_product product CROSS JOIN LATERAL jsonb_object_keys(product.attributes) attribute (name)
    LEFT JOIN catalog_carriedcells carried ON carried.item_id = product.id
"""

CountStock = Callable[[Collection[UUID]], Mapping[UUID, int]]


def export_products(*, currency: str, count_stock: CountStock, left_out: Callable[[str, str], None]) -> Iterator[str]:
    headings = _headings()
    yield export.write_lines([headings])
    trails = _trails(selectors.categories())
    for products in _pages():
        carried = _carried(products)
        stock = count_stock([variant.id for product in products for variant in product.variants])
        rows = [
            [row.get(heading, "") for heading in headings]
            for product in products
            for row in _rows(product, carried[product.id], stock, trails, currency=currency, left_out=left_out)
        ]
        _record_exported_stock(quantities=stock)
        yield export.write_lines(rows)


def _rows(
    product: Product,
    carried: CarriedCells,
    stock: Mapping[UUID, int],
    trails: Mapping[UUID, str],
    *,
    currency: str,
    left_out: Callable[[str, str], None],
) -> Iterator[dict[str, str]]:
    variants = [variant for variant in product.variants if currency in variant.prices]
    for variant in product.variants:
        if currency not in variant.prices:
            left_out(product.slug, variant.sku)
    if not product.variants:
        left_out(product.slug, "")
    if not variants:
        return iter(())
    collections = ", ".join(trails[category.id] for category in product.categories)
    return export.rows_of(
        product, carried=carried, variants=variants, stock=stock, collections=collections, currency=currency
    )


def _headings() -> tuple[str, ...]:
    attributes = fetch_all("catalog", _ATTRIBUTES, {})
    carried = (name for (name,) in fetch_all("catalog", _CELLS, {}))
    counted = models.ProductOption.objects.values("product").annotate(count=Count("id")).order_by("-count")
    options = counted.values_list("count", flat=True).first() or 0
    return export.arrange_headings(export.extra_headings(carried, attributes), options=options)


def _pages() -> Iterator[list[Product]]:
    """Yield every product, by slug: an order that another shop with the same products has too."""
    last = ""
    while rows := list(selectors.whole_products().filter(slug__gt=last).order_by("slug")[:_PAGE]):
        last = rows[-1].slug
        yield [selectors.to_product(row) for row in rows]


def _carried(products: Sequence[Product]) -> dict[UUID, CarriedCells]:
    rows = models.CarriedCells.objects.in_bulk([product.id for product in products])
    none = models.CarriedCells()
    found = {product.id: (product, rows.get(product.id, none)) for product in products}
    return {
        key: CarriedCells(
            product=row.product,
            variants=tuple(row.variants.get(str(variant.id), {}) for variant in product.variants),
            headings=row.headings,
        )
        for key, (product, row) in found.items()
    }


def _trails(categories: Sequence[Category]) -> dict[UUID, str]:
    """Return by category the names that lead to it, each with its slug where that is not the usual one of the name."""
    trails: dict[UUID, str] = {}
    for category in categories:  # parents come first
        name = re.sub(r"[\[\],>\s]+", " ", category.name).strip()
        step = name if slug_for(name) == category.slug else f"{name} [{category.slug}]"
        trails[category.id] = f"{trails[category.parent_id]} > {step}" if category.parent_id else step
    return trails


@messaging.command
def _record_exported_stock(*, quantities: Mapping[UUID, int]) -> None:
    known = selectors.imported_stock(variant_ids=list(quantities))
    rows = [
        models.ImportedStock(variant_id=key, exported=quantity)
        for key, quantity in quantities.items()
        if quantity not in known.get(key, ())
    ]
    models.ImportedStock.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["variant"], update_fields=["exported"]
    )
