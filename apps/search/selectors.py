"""Reads of search: one statement per page, built from fixed pieces; every value travels as a parameter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NoReturn
from uuid import UUID

import orjson
from django.utils.dateparse import parse_datetime

from apps.kernel.errors import Invalid
from apps.kernel.money import currency_decimals
from apps.persistence.statements import fetch_all
from apps.search import models, option_values
from apps.search.contracts import SORTS, EncodedPage, ListingQuery
from apps.search.languages import shop_language, spoken
from apps.search.readings import OWN, read_in
from apps.web import pagination
from apps.web.languages import other_languages

_RANK: Final = "hits.rank"
_FILTERS: Final = {
    "category": "d.category_paths @> ARRAY[(SELECT c.path FROM search_indexedcategory c"
    " WHERE c.path = %(category)s OR c.slug = %(category)s OR c.category_id::text = %(category)s"
    " ORDER BY c.path = %(category)s DESC, length(c.path), c.path LIMIT 1)]",
    # As the expression of the index `search_by_tag`.
    "tag": "(d.detail::jsonb -> 'tags') @> jsonb_build_array(%(tag)s::text)",
    "min_price": "d.price >= %(min_price)s",
    "max_price": "d.price <= %(max_price)s",
    "in_stock": "d.in_stock = %(in_stock)s",
}


_BY_CATEGORY: Final = ("category",)
_BY_PRICE: Final = ("min_price", "max_price")
# Categories are counted whatever the category chosen, sizes whatever the size, prices whatever the bounds: else nobody could see a
# way out of a filter.
_FACETS: Final = """
    SELECT (SELECT count(*) FROM base WHERE in_category AND in_price AND in_options),
        (SELECT min(price) FROM base WHERE in_category AND in_options), (SELECT max(price) FROM base WHERE in_category AND in_options),
        (SELECT coalesce(jsonb_agg(jsonb_build_array(found.path, found.name, found.products) ORDER BY found.path), '[]') FROM (
            SELECT c.path, {category_name} AS name, count(*) AS products
            FROM base JOIN search_indexedcategory c ON c.path = ANY(base.category_paths)
            WHERE base.in_price AND in_options GROUP BY 1, 2
        ) found),
        (SELECT coalesce(jsonb_agg(jsonb_build_array(found.value, found.products, found.shown) ORDER BY found.place, found.value), '[]')
        FROM (
            SELECT o.value, avg(o.place) AS place, count(*) AS products, {shown} AS shown
            FROM base CROSS JOIN {values}
            WHERE in_category AND in_price AND missed <@ ARRAY[split_part(o.value, ':', 1)] GROUP BY o.value
        ) found)
"""


# What is shown elsewhere on the page stands in only where a category has nothing else.
_COVERS: Final = """
    SELECT c.path, coalesce((SELECT other.card FROM ({other}) other), (SELECT newest.card FROM ({newest}) newest))
    FROM search_indexedcategory c WHERE c.parent_id IS NULL
"""
_TAGGED: Final = """
    SELECT asked.tag, ARRAY(SELECT newest.card FROM ({newest}) newest) FROM unnest(%(tags)s::text[]) asked(tag)
"""
_SOLD: Final = """
    SELECT asked.currency FROM unnest(%(currencies)s::text[]) WITH ORDINALITY asked(currency, place)
    WHERE EXISTS (SELECT FROM search_productdocument d WHERE d.language = %(language)s AND d.currency = asked.currency) ORDER BY asked.place
"""


@dataclass(frozen=True, slots=True)
class Facets:
    """How many products match, the lowest and highest price, (path, name, products) of each category, and
    (value, products) by option; `shown` is what (option, value) reads, as (option, value), where that is something else."""

    count: int
    lowest: Decimal | None
    highest: Decimal | None
    categories: list[tuple[str, str, int]]
    options: dict[str, list[tuple[str, int]]]
    shown: dict[tuple[str, str], tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Order:
    key: str
    type: str
    descending: bool


_ORDERS: Final = {
    "relevance": _Order(_RANK, "numeric", True),
    "newest": _Order("d.published_at", "timestamptz", True),
    "oldest": _Order("d.published_at", "timestamptz", False),
    "price": _Order("d.price", "numeric", False),
    "-price": _Order("d.price", "numeric", True),
    "title": _Order("d.title", "text", False),
    "-title": _Order("d.title", "text", True),
}
_CURSOR_TYPES: Final[dict[str, Callable[[Any], Any]]] = {
    "numeric": Decimal,
    "timestamptz": parse_datetime,
    "text": str,
}


class Search:
    """One query, checked: Invalid names the parameter that makes no sense."""

    def __init__(self, query: ListingQuery) -> None:
        self._query = query
        self._sort = query.sort or ("relevance" if query.q.strip() else "newest")
        self._reading, languages = read_in(query.language)
        self._parameters: dict[str, Any] = {
            **languages,
            "currency": query.currency,
            "q": " ".join(query.q.split()),
        }
        _check(query)
        if self._sort == "relevance" and not self._is_search:
            self._sort = "newest"
        self._order = _ORDERS[self._sort]

    @property
    def _is_search(self) -> bool:
        return bool(self._parameters["q"])

    @property
    def _scope(self) -> str:
        # Places in lists of several languages are not each other's: titles are not in the same order.
        language = "" if self._reading is OWN else f":{self._parameters['language']}"
        return f"search.products:{self._sort}:{self._query.currency}:{self._parameters['q']}{language}"

    def page(self) -> EncodedPage:
        """Return a page of cards: their stored bytes, put together."""
        cursor = pagination.decode_cursor(self._query.cursor, scope=self._scope) if self._query.cursor else None
        backward = cursor is not None and cursor.backward
        descending = self._order.descending != backward
        conditions, parameters = self._filtered()
        if cursor:
            beyond = "<" if descending else ">"
            conditions += (
                f" AND ({self._order.key}, d.product_id) {beyond} (%(after)s::{self._order.type}, %(after_id)s::uuid)"
            )
            parameters |= dict(zip(("after", "after_id"), self._read_cursor(cursor.values), strict=True))
        direction = "DESC" if descending else "ASC"
        rows = self._run(self._first(conditions, direction), parameters)
        more, rows = len(rows) > self._query.limit, rows[: self._query.limit]
        if backward:
            rows.reverse()
        return EncodedPage(
            results=b"[" + ",".join(row[0] for row in rows).encode() + b"]",
            next_cursor=self._cursor_at(rows[-1:], backward=False) if more or backward else None,
            previous_cursor=self._cursor_at(rows[:1], backward=True) if (more if backward else cursor) else None,
            count=self.count() if self._query.count else None,
        )

    def count(self) -> int:
        """Return how many products match, whatever the page."""
        conditions, parameters = self._filtered()
        return int(self._run(f"SELECT count(*) {self._source} AND {conditions}", parameters)[0][0])

    def _first(self, conditions: str, direction: str) -> str:
        key, limit = self._order.key, int(self._query.limit) + 1
        if not self._is_search:
            return self._reading.first(key=key, direction=direction, conditions=conditions, limit=limit)
        return (
            f"SELECT d.card, ({key})::text, d.product_id::text {self._source} AND {conditions}"
            f" ORDER BY {key} {direction}, d.product_id {direction} LIMIT {limit}"
        )

    def facets(self) -> Facets:
        """Return what the results could be narrowed by: one look at everything that the other filters leave; one statement."""
        narrowed, parameters = self._filtered(without=(*_BY_CATEGORY, *_BY_PRICE))
        in_category, given_category = self._conditions(_BY_CATEGORY)
        in_price, given_price = self._conditions(_BY_PRICE)
        missed, given_options = self._missed_options()
        is_translated = self._reading is not OWN
        base = (
            f"base AS MATERIALIZED (SELECT d.price, d.category_paths, {in_category} AS in_category, {in_price} AS in_price,"
            f" d.option_values, {'d.shown_values, ' if is_translated else ''}{missed} AS missed, {missed} = '{{}}' AS in_options"
            f" {self._source} AND {narrowed})"
        )
        # Where some products have no translation, what the others call the value stands for all.
        facets = _FACETS.format(
            category_name=self._reading.category_name,
            values=self._reading.values,
            shown="mode() WITHIN GROUP (ORDER BY o.shown)" if is_translated else "NULL",
        )
        rows = self._run(
            f"{', ' if self._is_search else 'WITH '}{base} {facets}",
            parameters | given_category | given_price | given_options,
        )
        count, lowest, highest, categories, values = rows[0]
        counted = orjson.loads(values)
        return Facets(count, lowest, highest, orjson.loads(categories), _by_option(counted), _shown(counted))

    def _missed_options(self) -> tuple[str, dict[str, Any]]:
        """Return the names of the chosen options of which a product has no chosen value, as an expression, and its parameters."""
        names = [
            f"CASE WHEN NOT d.option_values && %(option_{n})s::text[] THEN %(option_name_{n})s END"
            for n in range(len(self._query.options))
        ]
        given = {f"option_name_{n}": option_values.store_name(name) for n, name in enumerate(self._query.options)}
        return f"array_remove(ARRAY[{', '.join(names)}]::text[], NULL)", given | self._option_parameters()

    def _option_parameters(self) -> dict[str, Any]:
        chosen = enumerate(self._query.options.items())
        return {f"option_{n}": [option_values.join(name, value) for value in values] for n, (name, values) in chosen}

    @property
    def _source(self) -> str:
        joined = (
            "hits JOIN search_productdocument d ON d.id = hits.id" if self._is_search else "search_productdocument d"
        )
        return f"FROM {joined} {self._reading.where}"

    def _filtered(self, *, without: Sequence[str] = ()) -> tuple[str, dict[str, Any]]:
        conditions, used = self._conditions(name for name in _FILTERS if name not in without)
        if without:
            return conditions, self._parameters | used
        chosen = self._option_parameters()
        options = "".join(f" AND d.option_values && %({name})s::text[]" for name in chosen)
        return f"{conditions}{options}", self._parameters | used | chosen

    def _conditions(self, names: Iterable[str]) -> tuple[str, dict[str, Any]]:
        """Return the conditions of these filters, as far as the query sets them, and their parameters."""
        given = {name: getattr(self._query, name) for name in names}
        used = {name: value for name, value in given.items() if value is not None and value != ""}
        return " AND ".join(_FILTERS[name] for name in used) or "true", used

    def _run(self, sql: str, parameters: dict[str, Any]) -> list[Any]:
        searched = f"{self._reading.hits(ranked=_RANK in sql)}{sql}" if self._is_search else sql
        return fetch_all("search", searched, parameters)

    def _read_cursor(self, values: Sequence[Any]) -> tuple[Any, UUID]:
        try:
            key, identity = values
            return _CURSOR_TYPES[self._order.type](key), UUID(identity)
        except (ValueError, TypeError, InvalidOperation) as error:
            raise Invalid.field("cursor", "invalid_cursor", "is not a cursor of this list") from error

    def _cursor_at(self, rows: Sequence[tuple[str, str, str]], *, backward: bool) -> str | None:
        return pagination.encode_cursor(rows[0][1:], scope=self._scope, backward=backward) if rows else None


def _check(query: ListingQuery) -> None:
    currency_decimals(query.currency)
    if query.sort and query.sort not in SORTS:
        _refuse("sort", "unknown_sort", f"{query.sort[:40]!r} is not known; use one of {', '.join(SORTS)}.")
    if not 1 <= query.limit <= pagination.LARGEST_LIMIT:
        _refuse("limit", "invalid_limit", f"must be from 1 to {pagination.LARGEST_LIMIT}, not {query.limit}.")
    if len(query.q) > 200 or "\x00" in query.q:
        _refuse("q", "invalid_query", "is text of at most 200 characters.")
    for name, meant in (("category", "the path, slug or id of a category"), ("tag", "a tag of products")):
        if "\x00" in getattr(query, name):
            _refuse(name, f"invalid_{name}", f"is {meant}.")
    if len(query.options) > 5 or any(len(values) > 30 for values in query.options.values()):
        _refuse("options", "too_many_options", "Choose at most 5 options and 30 values of each.")
    if any("\x00" in text for name, values in query.options.items() for text in (name, *values)):
        _refuse("options", "invalid_option", "are names of options with their values.")
    _check_prices(query)


def _check_prices(query: ListingQuery) -> None:
    for name in ("min_price", "max_price"):
        price = getattr(query, name)
        if price is not None and not (price.is_finite() and 0 <= price < 10**15):
            _refuse(name, "invalid_price", f"must be zero or more, not {price}.")
    if query.min_price is not None and query.max_price is not None and query.min_price > query.max_price:
        _refuse("max_price", "invalid_price", f"must not be below min_price ({query.min_price}).")


def _shown(counted: list[tuple[str, int, str | None]]) -> dict[tuple[str, str], tuple[str, str]]:
    return {option_values.split(pair): option_values.split(shown) for pair, _, shown in counted if shown}


def _by_option(counted: list[tuple[str, int, str | None]]) -> dict[str, list[tuple[str, int]]]:
    found: dict[str, list[tuple[str, int]]] = {}
    for pair, products, _ in counted:
        name, value = option_values.split(pair)
        found.setdefault(name, []).append((value, products))
    return found


def _refuse(field: str, code: str, detail: str) -> NoReturn:
    raise Invalid.field(field, code, detail)


_DETAIL: Final = """
    SELECT detail FROM search_productdocument
    WHERE language = ANY(%(languages)s) AND currency = %(currency)s AND {column} = %(sought)s
    ORDER BY array_position(%(languages)s::varchar[], language), updated_at DESC LIMIT 1
"""
_DETAIL_BY_ID, _DETAIL_BY_SLUG = _DETAIL.format(column="product_id"), _DETAIL.format(column="slug")


def find_detail(*, id_or_slug: str, currency: str, language: str) -> str | None:
    """Return the encoded detail of a published product, by id or slug, in the shop's own language where it has none in `language`."""
    identity = _as_id(id_or_slug)
    languages = list(dict.fromkeys((spoken(language), shop_language())))
    parameters = {"languages": languages, "currency": currency, "sought": identity or id_or_slug}
    rows = fetch_all("search", _DETAIL_BY_ID if identity else _DETAIL_BY_SLUG, parameters)
    return rows[0][0] if rows else None


def find_published_id(*, id_or_slug: str) -> UUID | None:
    """Return the id of a product that is published in any currency."""
    by = {"product_id": identity} if (identity := _as_id(id_or_slug)) else {"slug": id_or_slug}
    return models.ProductDocument.objects.filter(**by).values_list("product_id", flat=True).first()


def find_variants(*, product_id: UUID) -> list[tuple[UUID, str]]:
    """Return (id, SKU) of a product's variants in display order."""
    payload = models.IndexedProduct.objects.values_list("payload", flat=True).get(product_id=product_id)
    return [(UUID(variant["id"]), variant["sku"]) for variant in payload["variants"]]


def category_rows(*, language: str) -> list[models.IndexedCategory]:
    """Return all categories, siblings in display order: by position, then by what they are called in a language."""
    rows = models.IndexedCategory.objects.order_by("position", "name", "category_id")
    if language not in other_languages():
        return list(rows)
    return sorted(rows, key=lambda row: (row.position, row.name_in(language), row.category_id))


def category_covers(*, currency: str, language: str, besides: Sequence[UUID]) -> list[tuple[str, str | None]]:
    """Return each root category's path with the card of its newest product in stock, of another than those where there is one."""
    reading, languages = read_in(language)
    in_stock = "d.in_stock AND d.category_paths @> ARRAY[c.path]"
    newest, other = (
        reading.first(key="d.published_at", direction="DESC", conditions=conditions, limit=1)
        for conditions in (in_stock, f"{in_stock} AND d.product_id <> ALL(%(besides)s)")
    )
    parameters = {**languages, "currency": currency, "besides": list(besides)}
    return fetch_all("search", _COVERS.format(newest=newest, other=other), parameters)


def tagged(
    *, tags: Sequence[str], currency: str, language: str, besides: Sequence[UUID], in_stock: bool, limit: int
) -> list[tuple[str, list[str]]]:
    """Return each tag with the cards of its newest products, `limit` of them, other ones than those `besides`."""
    reading, languages = read_in(language)
    conditions = "(d.detail::jsonb -> 'tags') @> jsonb_build_array(asked.tag) AND d.product_id <> ALL(%(besides)s)"
    if in_stock:
        conditions += " AND d.in_stock"
    newest = reading.first(key="d.published_at", direction="DESC", conditions=conditions, limit=int(limit))
    parameters = {**languages, "currency": currency, "tags": list(tags), "besides": list(besides)}
    return fetch_all("search", _TAGGED.format(newest=newest), parameters)


def product_addresses(*, currency: str, offset: int, limit: int) -> list[tuple[str, datetime]]:
    """Return slug and last change of documents by product id."""
    rows = models.ProductDocument.objects.filter(language=shop_language(), currency=currency).order_by("product_id")
    return list(rows.values_list("slug", "updated_at")[offset : offset + limit])


def sold_currencies(*, among: Sequence[str]) -> list[str]:
    """Return the currencies, of those asked for, that there is any document in."""
    parameters = {"language": shop_language(), "currencies": list(among)}
    return [currency for (currency,) in fetch_all("search", _SOLD, parameters)]


def indexed_ids() -> set[UUID]:
    """Return the ids of all products that search knows."""
    return set(models.IndexedProduct.objects.values_list("product_id", flat=True))


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text) if len(text) == 36 else None
    except ValueError:
        return None
