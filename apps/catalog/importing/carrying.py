"""What of a product's rows has no field in the shop: attributes that shoppers see, and cells that are carried from file to file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from apps.catalog.contracts import CarriedCells
from apps.catalog.importing import cells
from apps.catalog.importing.reading import Row


def read_carried(
    rows: Sequence[Row], *, variants: Sequence[Row], known: frozenset[str]
) -> tuple[CarriedCells, dict[str, str]]:
    """Return the cells to carry, those of variants by the rows of `variants`, and the product's attributes.

    The product's are those of its first row, as in Shopify's exports. What an unknown column says in a later row is its variant's.
    """
    first = rows[0]
    attributes = {name: first[column] for column, name in cells.SEO.items() if first[column]}
    headings: dict[str, str] = {}
    carried = _differing(first, cells.CARRIED_OF_PRODUCTS)
    told = first.headings
    if first["Status"].lower() == "archived":
        carried["Status"] = "archived"
    elif first["Status"].lower() != "draft":  # a product that is shown may be archived again
        told -= {"Status"}
    for column, text in _unknown(first, known):
        if cells.is_of_variants(column):
            continue
        if cells.is_hidden(column):
            carried[column] = text
            continue
        name = cells.attribute_of(column)
        name = column if name in attributes else name
        attributes[name] = text
        if column != cells.heading_of(name):
            headings[name] = column
    return (
        CarriedCells(
            product=carried,
            variants=tuple(_of_variant(row, is_first=row is first, known=known) for row in variants),
            headings=headings,
            told=told,
        ),
        attributes,
    )


def _of_variant(row: Row, *, is_first: bool, known: frozenset[str]) -> dict[str, str]:
    unknown = {column: text for column, text in _unknown(row, known) if not is_first or cells.is_of_variants(column)}
    tax_code = {"Variant Tax Code": row["Variant Tax Code"]} if row["Variant Tax Code"] else {}
    return {**_differing(row, cells.CARRIED_OF_VARIANTS), **tax_code, **unknown}


def _differing(row: Row, usual: Mapping[str, str]) -> dict[str, str]:
    """Return the cells that are not as usual, blank ones among them."""
    return {column: row[column] for column, text in usual.items() if column in row.headings and row[column] != text}


def _unknown(row: Row, known: frozenset[str]) -> Iterator[tuple[str, str]]:
    return (
        (column, text)
        for column, text in row.cells.items()
        if column and column not in known and cells.option_number(column) is None
    )
