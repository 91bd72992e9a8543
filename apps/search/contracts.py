"""Values that cross the boundary of search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

# Begins the name of a parameter that narrows a list by an option: "option.Size".
OPTION_PREFIX: Final = "option."
SORTS = ("relevance", "newest", "oldest", "price", "-price", "title", "-title")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingQuery:
    """What a list of products shows, in `language`: one of the shop's codes, its own where blank.

    `category` is a category's path, slug or id, its descendants included; `tag` is a tag as it was written. `q` is searched as people
    type: words, "phrases", -not. Prices are in major units of `currency` (ISO 4217), bounds included. `options` are values by
    the option's name: a product comes in at least one value of each. A blank `sort` is relevance with `q`, newest without.
    """

    currency: str
    category: str = ""
    tag: str = ""
    q: str = ""
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    in_stock: bool | None = None
    options: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sort: str = ""
    limit: int = 20
    cursor: str | None = None
    count: bool = False
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedPage:
    """A page of cards: `results` is a JSON array, encoded, in the shape of the API's product list."""

    results: bytes
    next_cursor: str | None
    previous_cursor: str | None
    count: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryFacet:
    """A category among the results and how many of them lie in it or below."""

    path: str
    name: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionFacet:
    """An option among the results, such as Size, and how many of them come in each of its values.

    `shown_name` and `shown_values`, by value, are what these read in the language of the query, where that is something else.
    """

    name: str
    values: tuple[tuple[str, int], ...]
    shown_name: str = ""
    shown_values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A page for people: parsed cards, and what the results could be narrowed by (prices in major units)."""

    cards: Sequence[Mapping[str, Any]]
    next_cursor: str | None
    previous_cursor: str | None
    count: int
    categories: tuple[CategoryFacet, ...]
    options: tuple[OptionFacet, ...]
    min_price: Decimal | None
    max_price: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductAddress:
    """The last part of the address of a product's page, and when what it shows last changed."""

    slug: str
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantStock:
    """How many units of a variant could be bought now."""

    variant_id: UUID
    sku: str
    available: int
    in_stock: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductStock:
    """Live stock of a product's variants."""

    product_id: UUID
    variants: tuple[VariantStock, ...]
