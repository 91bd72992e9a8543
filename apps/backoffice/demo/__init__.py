"""The demo shop: products of the invented brand Northfold, read from `products/`, and the pictures that `drawing` makes of them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from itertools import chain, zip_longest
from itertools import product as combinations
from pathlib import Path
from typing import Any, Final
from zlib import crc32

from apps.backoffice.demo.drawing import VIEWS, Detail, draw
from apps.backoffice.demo.texts import speakers
from apps.brand.contracts import BrandInput
from apps.catalog.contracts import Option, ProductInput, ProductStatus, VariantInput
from apps.kernel.money import Money

_FOLDER: Final = Path(__file__).with_name("products")
_FILES: Final = ("jackets", "tops", "knitwear", "trousers", "accessories", "footwear", "camp")
COLOUR: Final = "Colour"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What to draw: `colour` is the value of the option Colour that it shows, or where there is none, the colour to draw in.

    `alts` are what it shows in other languages, by language.
    """

    garment: str
    colour: str
    view: str
    details: Mapping[str, Detail]
    alt: str
    alts: Mapping[str, str]

    def svg(self) -> str:
        """Return the drawing; see `drawing.draw`."""
        return draw(garment=self.garment, colour=self.colour, view=self.view, **self.details)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoProduct:
    """A product to create, its pictures colour by colour, the names that lead to its category, and the stock of each SKU."""

    product: ProductInput
    pictures: tuple[Picture, ...]
    category: tuple[str, ...]
    stock: Mapping[str, int]


def read_brand() -> BrandInput:
    """Return the brand's name, words, sender and colours."""
    told = tomllib.loads(Path(__file__).with_name("brand.toml").read_text(encoding="utf-8"))
    told["legal_footer"] = told["legal_footer"].strip()
    return BrandInput(**told, logo=None)


def read_demo() -> list[DemoProduct]:
    """Return the demo products, the one to show last first: a list by date of creation then begins with something of everything."""
    shelves = [_load(name)["product"] for name in _FILES]
    turns = chain.from_iterable(zip_longest(*shelves))
    return [_read(entry) for entry in reversed([entry for entry in turns if entry])]


@cache
def _load(name: str) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def _read(entry: Mapping[str, Any]) -> DemoProduct:
    sizes = entry.get("sizes", [])
    sizes = _load("common")["sizes"][sizes] if isinstance(sizes, str) else sizes
    named = ((COLOUR, entry.get("colours", [])), ("Size", sizes))
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
        attributes=_attributes(entry),
    )
    given = replace(given, translations={code: told.product(entry, given) for code, told in speakers().items()})
    stock = {variant.sku: _stock(entry, variant) for variant in variants}
    pictures = tuple(_pictures(entry))
    return DemoProduct(product=given, pictures=pictures, category=tuple(entry["category"]), stock=stock)


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


def _attributes(entry: Mapping[str, Any]) -> dict[str, str]:
    common = _load("common")
    told = {
        "Material": entry["material"],
        "Fit": entry.get("fit", ""),
        **entry.get("attributes", {}),
        "Size guide": common["guide"].get(entry.get("guide"), ""),
        "Care": common["care"][entry["care"]],
    }
    return {name: text for name, text in told.items() if text}


def _pictures(entry: Mapping[str, Any]) -> Iterator[Picture]:
    details = dict(entry["drawing"])
    garment, plain = details.pop("garment"), details.pop("plain", "")
    for colour in entry.get("colours", [plain]):
        title = entry["title"] if colour == plain else f"{entry['title']} in {colour.lower()}"
        for view in VIEWS:
            side = _side(garment, view)
            yield Picture(
                garment=garment,
                colour=colour,
                view=view,
                details=details,
                alt=f"{title}, {side}",
                alts={
                    language: told.alt(slug=entry["slug"], colour=colour, view=side, coloured=colour != plain)
                    for language, told in speakers().items()
                },
            )


def _side(garment: str, view: str) -> str:
    if garment in {"boot", "sneaker"}:
        return "side" if view == "front" else "heel"
    return view


def _stock(entry: Mapping[str, Any], variant: VariantInput) -> int:
    """Sold out and low where the file says so, by a value or by "Colour / Size"; else some dozens, never others from run to run."""
    chance = crc32(variant.sku.encode())
    if _is_among(entry.get("sold_out", []), variant):
        return 0
    if _is_among(entry.get("low", []), variant):
        return 1 + chance % 3
    return 12 + chance % 48


def _is_among(named: Sequence[str], variant: VariantInput) -> bool:
    values = list(variant.options.values())
    return bool({"all", *values, " / ".join(values)} & set(named))
