"""Published interface of search: the shop as shoppers read it, from documents that are ready to send."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson

from apps.inventory import api as inventory
from apps.kernel import codec
from apps.search import rebuilding, selectors
from apps.search.contracts import (
    OPTION_PREFIX,
    SORTS,
    CategoryFacet,
    EncodedPage,
    Listing,
    ListingQuery,
    OptionFacet,
    ProductAddress,
    ProductStock,
    VariantStock,
)
from apps.search.errors import DocumentNotFound

__all__ = [
    "OPTION_PREFIX",
    "SORTS",
    "DocumentNotFound",
    "ListingQuery",
    "OptionFacet",
    "ProductAddress",
    "browse",
    "category_tree",
    "get_product_document",
    "get_product_stock",
    "list_category_covers",
    "list_product_addresses",
    "list_products",
    "list_sold_currencies",
    "list_tagged",
    "read_options",
    "rebuild",
]


def read_options(*, parameters: Iterable[tuple[str, Sequence[str]]]) -> dict[str, list[str]]:
    """Return `ListingQuery.options` from parameters with all their values: `option.Size=M` as often as wanted.

    The name is everything behind the prefix, dots and colons too. Blank values, which forms send, count as not given.
    """
    named = (
        (name.removeprefix(OPTION_PREFIX), values) for name, values in parameters if name.startswith(OPTION_PREFIX)
    )
    return {name: given for name, values in named if name and (given := [value for value in values if value])}


def list_products(*, query: ListingQuery) -> EncodedPage:
    """Return a page of published products that have a price in the query's currency, in one statement (two with `count`).

    The cards are the stored bytes, put together. Raises Invalid naming the parameter that makes no sense (sort, limit, q, category,
    options, min_price, max_price, cursor).
    """
    return selectors.Search(query).page()


def browse(*, query: ListingQuery) -> Listing:
    """Return a page for people: parsed cards with the total, categories and price range to narrow by. Raises what `list_products` raises.

    Categories are counted over the results without the category filter, the values of an option without the filter of that option, prices
    without the price filter. Two statements.
    """
    search = selectors.Search(query)
    page = search.page()
    facets = search.facets()
    return Listing(
        cards=orjson.loads(page.results),
        next_cursor=page.next_cursor,
        previous_cursor=page.previous_cursor,
        count=facets.count,
        categories=tuple(CategoryFacet(path=path, name=name, count=count) for path, name, count in facets.categories),
        options=tuple(_option_facet(name, values, facets.shown) for name, values in facets.options.items()),
        min_price=facets.lowest,
        max_price=facets.highest,
    )


def _option_facet(
    name: str, values: Sequence[tuple[str, int]], shown: Mapping[tuple[str, str], tuple[str, str]]
) -> OptionFacet:
    read = {value: shown[name, value] for value, _ in values if (name, value) in shown}
    return OptionFacet(
        name=name,
        values=tuple(values),
        shown_name=next((option for option, _ in read.values()), ""),
        shown_values={value: text for value, (_, text) in read.items()},
    )


def get_product_document(*, id_or_slug: str, currency: str, language: str = "") -> bytes:
    """Return the encoded JSON of a published product in the shape of the API's product detail.

    It is in `language` (one of the shop's codes) where the product is translated into it, else in the shop's own.
    Raises DocumentNotFound, also where the product has no price in `currency` (ISO 4217).
    """
    detail = selectors.find_detail(id_or_slug=id_or_slug, currency=currency, language=language)
    if detail is None:
        raise DocumentNotFound(f"No product {id_or_slug[:100]!r} is sold here in {currency}.")
    return detail.encode()


def get_product_stock(*, id_or_slug: str) -> ProductStock:
    """Return how many units of each variant of a published product could be bought now, live. Raises DocumentNotFound."""
    product_id = selectors.find_published_id(id_or_slug=id_or_slug)
    if product_id is None:
        raise DocumentNotFound(f"No product {id_or_slug[:100]!r} is sold here.")
    variants = selectors.find_variants(product_id=product_id)
    live = inventory.get_availability(variant_ids=[variant_id for variant_id, _ in variants])
    return ProductStock(
        product_id=product_id,
        variants=tuple(
            VariantStock(
                variant_id=variant_id,
                sku=sku,
                available=live[variant_id].available,
                in_stock=live[variant_id].available > 0,
            )
            for variant_id, sku in variants
        ),
    )


def category_tree(*, language: str = "") -> list[dict[str, Any]]:
    """Return the roots of the tree: id, name, slug, path, children[] of the same shape; siblings in display order. One statement.

    Names are in `language` (one of the shop's codes), those that are not translated in the shop's own.
    """
    rows = selectors.category_rows(language=language)
    nodes: dict[UUID, dict[str, Any]] = {
        row.category_id: {
            "id": codec.encode(row.category_id),
            "name": row.name_in(language),
            "slug": row.slug,
            "path": row.path,
            "children": [],
        }
        for row in rows
    }
    for row in rows:
        if row.parent_id in nodes:
            nodes[row.parent_id]["children"].append(nodes[row.category_id])
    return [nodes[row.category_id] for row in rows if row.parent_id not in nodes]


def list_category_covers(
    *, currency: str, language: str = "", besides: Sequence[UUID] = ()
) -> dict[str, dict[str, Any] | None]:
    """Return for the path of each root category the picture (url, alt, width, height) of its newest product in stock. One statement.

    The products `besides`, which are shown elsewhere, stand in only for a category that has no other.
    """
    found = selectors.category_covers(currency=currency, language=language, besides=besides)
    return {path: orjson.loads(card)["image"] for path, card in found if card}


def list_tagged(
    *,
    tags: Sequence[str],
    currency: str,
    limit: int,
    language: str = "",
    besides: Sequence[UUID] = (),
    in_stock: bool = False,
) -> dict[str, list[dict[str, Any]]]:
    """Return for each of `tags` the parsed cards of its newest products sold in `currency`, at most `limit` of each. One statement.

    The products `besides`, which are shown elsewhere, are left out; with `in_stock` those that are sold out, too.
    """
    if not tags:
        return {}
    found = selectors.tagged(
        tags=tags, currency=currency, language=language, besides=besides, in_stock=in_stock, limit=limit
    )
    return {tag: [orjson.loads(card) for card in cards] for tag, cards in found}


def list_product_addresses(*, currency: str, offset: int, limit: int) -> list[ProductAddress]:
    """Return the published products that have a price in `currency` by id, `limit` of them from `offset` on. One statement."""
    rows = selectors.product_addresses(currency=currency, offset=offset, limit=limit)
    return [ProductAddress(slug=slug, updated_at=updated_at) for slug, updated_at in rows]


def list_sold_currencies(*, among: Sequence[str]) -> tuple[str, ...]:
    """Return those of `among` (ISO 4217) that at least one published product has a price in, in the same order. One statement."""
    return tuple(selectors.sold_currencies(among=among))


def rebuild() -> int:
    """Make every document anew from catalog and inventory, while events go on arriving; return how many products there are.

    Rows whose bytes stay the same are not written. Products and categories that catalog no longer has go.
    """
    return rebuilding.rebuild()
