"""Reading what a listing's address asks for, and the links that lead from one listing to the next."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from babel.numbers import get_currency_symbol
from django.conf import settings
from django.http import QueryDict

from apps.kernel.errors import Invalid
from apps.search import api as search
from apps.storefront.colours import is_colour, swatch

PAGE_SIZE = 24
_OPTION = "option"
_LETTER_SIZES = ("XXS", "XS", "S", "M", "L", "XL", "XXL", "3XL", "4XL")
_SORTS = (("price", "Price, low to high"), ("-price", "Price, high to low"), ("title", "Name"))


@dataclass(frozen=True, slots=True)
class Link:
    """A link to a listing that differs in one thing; `current` where it is what is shown."""

    name: str
    query: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value to narrow by: what to show, what the form sends, how many products have it."""

    label: str
    sent: str
    count: int
    chosen: bool
    swatch: str


@dataclass(frozen=True, slots=True)
class Facet:
    """An option to narrow a listing by."""

    name: str
    values: list[FacetValue]


def read_query(given: QueryDict, *, category: str) -> search.ListingQuery:
    """Return the query; raises Invalid naming the parameter that is no amount."""
    return search.ListingQuery(
        currency=settings.DEFAULT_CURRENCY,
        category=category,
        q=given.get("q", "").strip(),
        min_price=_read_price("min_price", given),
        max_price=_read_price("max_price", given),
        in_stock=True if given.get("in_stock") else None,
        options=read_options(given),
        sort=given.get("sort", ""),
        limit=PAGE_SIZE,
        cursor=given.get("cursor") or None,
    )


def read_options(given: QueryDict) -> dict[str, list[str]]:
    """Return the values asked for by the name of their option: `option=Size:M` as often as wanted."""
    chosen: dict[str, list[str]] = {}
    for pair in given.getlist(_OPTION):
        name, separator, value = pair[:200].partition(":")
        if separator and name and value:
            chosen.setdefault(name, []).append(value)
    return chosen


def option_facets(facets: Iterable[search.OptionFacet], given: QueryDict) -> list[Facet]:
    """Return what to narrow by, colours before sizes, values in the order shoppers expect; nothing with a single value."""
    asked = set(given.getlist(_OPTION))
    shown = [
        Facet(
            name=facet.name,
            values=[
                FacetValue(
                    value, f"{facet.name}:{value}", count, f"{facet.name}:{value}" in asked, swatch(facet.name, value)
                )
                for value, count in sorted(facet.values, key=_place)
            ],
        )
        for facet in facets
        if len(facet.values) > 1 or any(f"{facet.name}:{value}" in asked for value, _ in facet.values)
    ]
    return sorted(shown, key=lambda facet: (not is_colour(facet.name), facet.name))


def _place(counted: tuple[str, int]) -> tuple[int, float, str]:
    """Sort XS before S before M, sizes in numbers by number, and leave the rest to the alphabet."""
    value = counted[0]
    if value.upper() in _LETTER_SIZES:
        return 0, _LETTER_SIZES.index(value.upper()), ""
    number = re.match(r"\d+(\.\d+)?", value)
    return (1, float(number[0]), value) if number else (2, 0, value)


def _read_price(name: str, given: QueryDict) -> Decimal | None:
    text = given.get(name, "").strip().replace(",", ".")
    try:
        return Decimal(text) if text else None
    except InvalidOperation as error:
        raise Invalid.field(name, "invalid_price", f"“{text[:20]}” is not an amount. Use one such as 20.") from error


def sort_links(given: QueryDict) -> list[Link]:
    """Return the orders a listing can have, the blank one first: best match for a search, else the newest."""
    first = ("", "Best match" if given.get("q", "").strip() else "Newest")
    current = given.get("sort", "")
    return [Link(name, with_changes(given, sort=value), value == current) for value, name in (first, *_SORTS)]


def active_filters(given: QueryDict) -> Iterator[Link]:
    """Yield what narrows the listing, each with the link that lifts it."""
    symbol = get_currency_symbol(settings.DEFAULT_CURRENCY, locale="en")
    for name, words in (("min_price", "From"), ("max_price", "Up to")):
        if amount := given.get(name, "").strip()[:12]:
            yield Link(f"{words} {symbol}{amount}", with_changes(given, **{name: ""}))
    for pair in dict.fromkeys(given.getlist(_OPTION)):
        if ":" in pair:
            yield Link(pair[:100].replace(":", ": ", 1), with_changes(given, without_option=pair))
    if given.get("in_stock"):
        yield Link("In stock", with_changes(given, in_stock=""))


def with_changes(given: QueryDict, *, without_option: str = "", **changes: str) -> str:
    """Return the query string with parameters changed (blank: taken out) and a chosen option taken out, from the first page on."""
    kept = {name: value for name, value in given.items() if name not in ("cursor", _OPTION)} | changes
    options = [(_OPTION, pair) for pair in given.getlist(_OPTION) if pair != without_option]
    return "?" + urlencode([*((name, value) for name, value in kept.items() if value), *options])


def find_category(tree: Iterable[Mapping[str, Any]], path: str) -> list[Mapping[str, Any]]:
    """Return the categories from the root to `path`, empty where there is no such category."""
    for node in tree:
        if node["path"] == path:
            return [node]
        if path.startswith(f"{node['path']}/"):
            below = find_category(node["children"], path)
            return [node, *below] if below else []
    return []
