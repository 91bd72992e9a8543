"""Reading what a listing's address asks for, and the links that lead from one listing to the next."""

from __future__ import annotations

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

PAGE_SIZE = 24
_SORTS = (("price", "Price, low to high"), ("-price", "Price, high to low"), ("title", "Name"))


@dataclass(frozen=True, slots=True)
class Link:
    """A link to a listing that differs in one thing; `current` where it is what is shown."""

    name: str
    query: str
    current: bool = False


def read_query(given: QueryDict, *, category: str) -> search.ListingQuery:
    """Return the query; raises Invalid naming the parameter that is no amount."""
    return search.ListingQuery(
        currency=settings.DEFAULT_CURRENCY,
        category=category,
        q=given.get("q", "").strip(),
        min_price=_read_price("min_price", given),
        max_price=_read_price("max_price", given),
        in_stock=True if given.get("in_stock") else None,
        sort=given.get("sort", ""),
        limit=PAGE_SIZE,
        cursor=given.get("cursor") or None,
    )


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
    if given.get("in_stock"):
        yield Link("In stock", with_changes(given, in_stock=""))


def with_changes(given: QueryDict, **changes: str) -> str:
    """Return the query string with parameters changed (blank: taken out), from the first page on."""
    kept = {name: value for name, value in given.items() if name != "cursor"} | changes
    return "?" + urlencode({name: value for name, value in kept.items() if value})


def find_category(tree: Iterable[Mapping[str, Any]], path: str) -> list[Mapping[str, Any]]:
    """Return the categories from the root to `path`, empty where there is no such category."""
    for node in tree:
        if node["path"] == path:
            return [node]
        if path.startswith(f"{node['path']}/"):
            below = find_category(node["children"], path)
            return [node, *below] if below else []
    return []
