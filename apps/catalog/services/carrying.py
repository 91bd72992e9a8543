"""Keeping what a file said of a product that the shop has no field for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from apps.catalog import models
from apps.catalog.contracts import CarriedCells, Product
from apps.catalog.importing.cells import is_of_variants


def write_carried(
    *, product: Product, given: CarriedCells, named: Sequence[UUID], cells: models.CarriedCells | None
) -> bool:
    """Inside a transaction: bring a product's cells to what a file says; return whether they differed.

    `named` are the variants that `given.variants` belong to. Columns that the file does not have keep what they said.
    """
    row = cells or models.CarriedCells(item_id=product.id)
    wanted = {
        "product": _told(given.product, row.product, given.told),
        "variants": _of_variants(product, given, named, row.variants),
        "headings": {
            name: heading for name, heading in {**row.headings, **given.headings}.items() if name in product.attributes
        },
    }
    differs = any(getattr(row, name) != value for name, value in wanted.items())
    for name, value in wanted.items():
        setattr(row, name, value)
    if differs or cells is None:
        row.save()
    return differs


def _of_variants(
    product: Product, given: CarriedCells, named: Sequence[UUID], before: Mapping[str, Mapping[str, str]]
) -> dict[str, dict[str, str]]:
    # Other columns of the first row speak of the product.
    told = [frozenset(filter(is_of_variants, given.told)) if i == 0 else given.told for i in range(len(named))]
    found = {str(variant.id): dict(before.get(str(variant.id), {})) for variant in product.variants}
    for key, cells, columns in zip(map(str, named), given.variants, told, strict=True):
        found[key] = _told(cells, found[key], columns)
    return {key: cells for key, cells in found.items() if cells}


def _told(given: Mapping[str, str], before: Mapping[str, str], told: frozenset[str]) -> dict[str, str]:
    return {**{column: text for column, text in before.items() if column not in told}, **given}
