"""Products as rows of a Shopify product file: what `importing` reads, written so that reading it again changes nothing."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import StringIO
from itertools import zip_longest
from typing import Final
from uuid import UUID

from apps.catalog.contracts import CarriedCells, Image, Product, ProductStatus, Variant
from apps.catalog.importing import cells

_FIRST: Final = (
    "Handle",
    "Title",
    "Body (HTML)",
    "Vendor",
    "Product Category",
    "Type",
    "Tags",
    "Published",
    *(f"Option{number} {part}" for number in (1, 2, 3) for part in ("Name", "Value")),
    "Variant SKU",
    "Variant Grams",
    "Variant Inventory Tracker",
    "Variant Inventory Qty",
    "Variant Inventory Policy",
    "Variant Fulfillment Service",
    "Variant Price",
    "Variant Compare At Price",
    "Variant Requires Shipping",
    "Variant Taxable",
    "Variant Barcode",
    "Image Src",
    "Image Position",
    "Image Alt Text",
    "Gift Card",
    "SEO Title",
    "SEO Description",
    "Variant Image",
    "Variant Weight Unit",
    "Variant Tax Code",
    "Variant Tax Class",
    "Status",
    "Collection",
)


def arrange_headings(found: Iterable[str], *, options: int) -> tuple[str, ...]:
    """Return the file's headings: Shopify's in its order, then those of further options, then what else products carry, by name."""
    more = [f"Option{number} {part}" for number in range(4, options + 1) for part in ("Name", "Value")]
    return (*_FIRST, *more, *sorted(set(found) - {*_FIRST, *more, ""}))


def write_lines(rows: Iterable[Sequence[str]]) -> str:
    """Return rows as CSV text, formulas defused."""
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows([cells.defuse(cell) for cell in row] for row in rows)
    return text.getvalue()


def rows_of(
    product: Product,
    *,
    carried: CarriedCells,
    variants: Sequence[Variant],
    stock: Mapping[UUID, int],
    collections: str,
    currency: str,
) -> Iterator[dict[str, str]]:
    """Yield one product's rows by heading: `variants` of its variants (those with a price in `currency`) and its pictures side by side."""
    of_variants = dict(zip((variant.id for variant in product.variants), carried.variants, strict=True))
    names = [option.name for option in product.options]
    for number, (variant, image) in enumerate(zip_longest(variants, product.images)):
        row = {"Handle": product.slug}
        if variant is not None:
            row |= of_variants[variant.id] if number else _only_of_variants(of_variants[variant.id])
            row |= _variant_cells(variant, names=names, stock=stock, currency=currency, carried=of_variants[variant.id])
        if number == 0:
            row |= _product_cells(product, names=names, carried=carried) | {"Collection": collections}
        if image is not None:
            row |= {
                "Image Src": _address(image),
                "Image Position": str(number + 1),
                "Image Alt Text": image.alt,
            }
        yield row


def _only_of_variants(carried: Mapping[str, str]) -> dict[str, str]:
    return {column: text for column, text in carried.items() if cells.is_of_variants(column)}


def _product_cells(product: Product, *, names: Sequence[str], carried: CarriedCells) -> dict[str, str]:
    is_shown = product.status is ProductStatus.PUBLISHED
    fields = {
        "Title": product.title,
        "Body (HTML)": product.description_html,
        "Vendor": product.vendor,
        "Type": product.product_type,
        "Tags": ", ".join(product.tags),
        "Published": _word(is_shown),
        "Status": "active" if is_shown else carried.product.get("Status", "draft"),
        **{f"Option{number} Name": name for number, name in enumerate(names or ["Title"], start=1)},
        **{column: product.attributes.get(name, "") for column, name in cells.SEO.items()},
    }
    attributes = {
        carried.headings.get(name, cells.heading_of(name)): str(text)
        for name, text in product.attributes.items()
        if name not in cells.SEO.values()
    }
    return {**cells.CARRIED_OF_PRODUCTS, **carried.product, **attributes, **fields}


def _variant_cells(
    variant: Variant, *, names: Sequence[str], stock: Mapping[UUID, int], currency: str, carried: Mapping[str, str]
) -> dict[str, str]:
    before = variant.compare_at_prices.get(currency)
    values = [variant.options[name] for name in names] or ["Default Title"]
    return {
        **{column: carried.get(column, usual) for column, usual in cells.CARRIED_OF_VARIANTS.items()},
        **{f"Option{number} Value": value for number, value in enumerate(values, start=1)},
        "Variant SKU": _as_text(variant.sku),
        "Variant Grams": str(variant.weight_grams),
        "Variant Inventory Qty": str(stock.get(variant.id, "")),
        "Variant Price": f"{variant.prices[currency].amount:f}",
        "Variant Compare At Price": f"{before.amount:f}" if before else "",
        "Variant Requires Shipping": _word(variant.requires_shipping),
        "Variant Taxable": _word(variant.tax_class != "exempt"),
        "Variant Tax Class": "" if variant.tax_class in ("standard", "exempt") else variant.tax_class,
        "Variant Barcode": _as_text(variant.barcode),
        "Variant Image": _address(variant.image) if variant.image else "",
    }


def extra_headings(product_cells: Iterable[str], attributes: Iterable[tuple[str, str | None]]) -> Iterator[str]:
    """Yield the headings of carried cells, and those of attributes given as pairs of name and heading (None: the usual one)."""
    yield from product_cells
    for name, heading in attributes:
        if name not in cells.SEO.values():
            yield heading or cells.heading_of(name)


def _address(image: Image) -> str:
    """A picture that was fetched is told by where it came from."""
    return image.source_urls[0] if image.source_urls else image.url


def _as_text(text: str) -> str:
    """An import takes one leading apostrophe for a spreadsheet's mark of text."""
    return f"'{text}" if text.startswith("'") else text


def _word(value: bool) -> str:
    return "true" if value else "false"
