"""Shopify product exports: which columns they have, and which rows form a product.

Source: https://help.shopify.com/en/manual/products/import-export/using-csv (both the headings in use until 2025 and the newer ones).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from django.utils.text import slugify

from apps.catalog.contracts import ImportNote, ImportSource, ParsedProduct
from apps.catalog.importing.products import GroupParser
from apps.catalog.importing.reading import Columns, Row, read_rows
from apps.catalog.services.validation import SLUG

_LONGEST_SLUG: Final = 255
COLUMNS: Final = Columns(
    spellings={
        "Handle": ("URL handle",),
        "Title": (),
        "Body (HTML)": ("Description", "Body HTML"),
        "Vendor": (),
        "Type": ("Product type", "Custom Product Type"),
        "Product Category": ("Standardized Product Type",),
        "Tags": (),
        "Published": ("Published on online store",),
        "Status": (),
        "Variant SKU": ("SKU",),
        "Variant Grams": ("Weight value (grams)",),
        "Variant Inventory Tracker": ("Inventory tracker",),
        "Variant Inventory Qty": ("Inventory quantity", "Variant Inventory Quantity"),
        "Variant Inventory Policy": ("Continue selling when out of stock",),
        "Variant Fulfillment Service": ("Fulfillment service",),
        "Variant Weight Unit": ("Weight unit for display",),
        "Variant Tax Code": ("Tax code",),
        "Variant Tax Class": (),
        "Collection": (),
        "Gift Card": (),
        "Variant Price": ("Price",),
        "Variant Compare At Price": ("Compare-at price", "Compare At Price"),
        "Variant Requires Shipping": ("Requires shipping",),
        "Variant Taxable": ("Charge tax",),
        "Variant Barcode": ("Barcode",),
        "Image Src": ("Product image URL",),
        "Image Position": (),
        "Image Alt Text": (),
        "Variant Image": ("Variant image URL",),
        "SEO Title": (),
        "SEO Description": (),
        **{f"Option{n} {part}": () for n in (1, 2, 3) for part in ("Name", "Value")},
    },
    required=("Handle", "Title", "Variant Price"),
)


def scan(source: ImportSource) -> ImportSource:
    """Read the whole file once: raises UnreadableFile before anything is imported; returns how many products there are."""
    seen: set[str] = set()
    scattered: set[str] = set()
    current = ""
    for row in _rows(source):
        handle = slug_of(row["Handle"])
        if handle and handle != current:
            scattered |= {handle} & seen
            seen.add(handle)
            current = handle
    return replace(source, product_count=len(seen), scattered=frozenset(scattered))


def parse(source: ImportSource) -> Iterator[ParsedProduct]:
    """Yield the file's products one by one; rows that belong to none come as products without one, with their notes."""
    known = frozenset(COLUMNS.spellings)
    parser = GroupParser(currency=source.currency, untracked_stock=source.untracked_stock, known=known)
    for handle, rows in _groups(source):
        yield parser.parse(handle=handle, rows=rows) if handle else _orphan(rows[0])


def slug_of(handle: str) -> str:
    """Return the slug that a handle becomes; letters outside a-z get a digest, so that two handles never meet in one slug."""
    if SLUG.fullmatch(handle) and len(handle) <= _LONGEST_SLUG:
        return handle
    slug = slugify(handle)[:240].strip("-_")
    if handle.isascii() and len(handle) <= 240 and (slug or not handle):
        return slug
    return f"{slug or 'product'}-{hashlib.sha256(handle.lower().encode()).hexdigest()[:8]}"


def _rows(source: ImportSource) -> Iterator[Row]:
    columns = replace(COLUMNS, mapping=source.mapping)
    return read_rows(path=Path(source.path), columns=columns, encoding=source.encoding)


def _groups(source: ImportSource) -> Iterator[tuple[str, Sequence[Row]]]:
    """Yield (slug, rows) as soon as a product is complete; only products whose rows are scattered wait for the end."""
    waiting: dict[str, list[Row]] = {}
    current: list[Row] = []
    handle = ""
    for row in _rows(source):
        found = slug_of(row["Handle"])
        if not found or row.fault:
            yield "", [row]
        elif found in source.scattered:
            waiting.setdefault(found, []).append(row)
        elif found == handle:
            current.append(row)
        else:
            if current:
                yield handle, current
            handle, current = found, [row]
    if current:
        yield handle, current
    yield from waiting.items()


def _orphan(row: Row) -> ParsedProduct:
    if row.fault:
        note = ImportNote(
            line=row.line, column="", value="", message=f"{row.fault}; check the quotes of this line.", is_error=True
        )
    else:
        message = "The handle is blank; every row repeats the handle of its product, such as rain-jacket."
        note = ImportNote(line=row.line, column="Handle", value=row["Handle"], message=message, is_error=True)
    handle = re.sub(r"\s+", " ", row["Handle"])[:80]
    return ParsedProduct(handle=handle, line=row.line, product=None, stock=(), categories=(), notes=(note,))
