"""The demo shop: products of the invented brand Northfold, read from `products.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import product as combinations
from pathlib import Path
from typing import Any, Final
from zlib import crc32

from apps.catalog.contracts import Option, ProductInput, ProductStatus, VariantInput
from apps.kernel.money import Money

_FILE: Final = Path(__file__).with_name("products.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoProduct:
    """A product to create, the names that lead to its category, and the stock of each SKU."""

    product: ProductInput
    category: tuple[str, ...]
    stock: Mapping[str, int]


def read_demo() -> list[DemoProduct]:
    """Return the demo products, the one to show last first."""
    entries = tomllib.loads(_FILE.read_text(encoding="utf-8"))["product"]
    return [_read(entry) for entry in reversed(entries)]


def _read(entry: Mapping[str, Any]) -> DemoProduct:
    colours, sizes = entry.get("colours", []), entry.get("sizes", [])
    named = (("Colour", colours), ("Size", sizes))
    options = tuple(Option(name=name, values=tuple(values)) for name, values in named if values)
    variants = tuple(_variants(entry, options))
    given = ProductInput(
        title=entry["title"],
        slug=entry["slug"],
        status=ProductStatus.PUBLISHED,
        description_html=entry["description"],
        vendor="Northfold",
        product_type=entry["category"][-1],
        tags=tuple(entry["tags"]),
        options=options,
        variants=variants,
        attributes=entry["attributes"],
    )
    stock = {variant.sku: _stock(entry, variant) for variant in variants}
    return DemoProduct(product=given, category=tuple(entry["category"]), stock=stock)


def _variants(entry: Mapping[str, Any], options: tuple[Option, ...]) -> Iterator[VariantInput]:
    for values in combinations(*(option.values for option in options)):
        yield VariantInput(
            options={option.name: value for option, value in zip(options, values, strict=True)},
            sku="-".join(["NF", entry["code"], *(value.replace(" ", "")[:5].upper() for value in values)]),
            prices=_prices(entry["price"]),
            compare_at_prices=_prices(entry.get("was", {})),
            weight_grams=entry["grams"],
        )


def _prices(amounts: Mapping[str, str]) -> dict[str, Money]:
    return {currency: Money(Decimal(amount), currency) for currency, amount in amounts.items()}


def _stock(entry: Mapping[str, Any], variant: VariantInput) -> int:
    """Sold out and low where the file says so; else some dozens that differ from variant to variant, and never from run to run."""
    values = set(variant.options.values())
    if values & set(entry.get("sold_out", [])) or entry.get("sold_out") == ["all"]:
        return 0
    if values & set(entry.get("low", [])):
        return 2
    return 12 + crc32(variant.sku.encode()) % 48
