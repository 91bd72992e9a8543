"""Browsing: home, listings, search, product."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from apps.inventory import api as inventory
from apps.kernel.errors import Invalid
from apps.search import api as search
from apps.storefront import filters, structured
from apps.storefront.context import page
from apps.storefront.picker import make_picker, pictures_of
from apps.storefront.promises import promise_for

_NEWEST = 8
# Asked for first, in this order; what else a product tells comes after, by name.
_FIRST_FACTS = ("Material", "Fit", "Size guide", "Care")
# Attributes that an import fills from "SEO Title" and "SEO Description": for the head of the page, not for its facts.
_FOR_SEARCH_ENGINES = ("seo_title", "seo_description")
_SUGGESTED = 6
_ROW = 4
# Rows of the home page, by the tag of their products; one that the catalogue cannot fill is left out.
_COLLECTIONS = (
    {"title": "Rain ready", "words": '"rain ready"', "story": "Taped, waxed or simply quick to dry."},
    {"title": "First frost", "words": '"first frost"', "story": "Down, wool and something for the ears."},
)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    tree = search.category_tree()
    covers = search.list_category_covers(currency=settings.DEFAULT_CURRENCY)
    collections = [{**each, "cards": _cards(q=each["words"], limit=_ROW)} for each in _COLLECTIONS]
    context = {
        "categories": tree,
        "cards": _cards(limit=_NEWEST),
        "ways": [(node, covers.get(node["path"])) for node in tree],
        "collections": [each for each in collections if len(each["cards"]) == _ROW],
    }
    return page(request, "home.html", context)


def _cards(*, limit: int, q: str = "") -> list[dict[str, Any]]:
    query = search.ListingQuery(currency=settings.DEFAULT_CURRENCY, in_stock=True, limit=limit, q=q)
    cards: list[dict[str, Any]] = orjson.loads(search.list_products(query=query).results)
    return cards


@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """Answer what is typed into the search field with a fragment of HTML: the first products that match."""
    words = request.GET.get("q", "").strip()[:100].replace("\x00", "")
    query = search.ListingQuery(currency=settings.DEFAULT_CURRENCY, q=words, limit=_SUGGESTED)
    cards = orjson.loads(search.list_products(query=query).results) if words else []
    response = render(request, "storefront/suggestions.html", {"cards": cards, "q": words})
    patch_cache_control(response, private=True, max_age=60)
    return response


@require_safe
def listing(request: HttpRequest, category: str = "") -> HttpResponse:
    tree = search.category_tree()
    trail = filters.find_category(tree, category)
    if category and not trail:
        raise Http404
    context: dict[str, Any] = {"categories": tree, "category": category, "trail": trail, "given": request.GET}
    try:
        query = filters.read_query(request.GET, category=category)
        found = search.browse(query=query)
    except Invalid as error:
        detail = "; ".join(fault.detail for fault in error.fields) or error.detail
        return page(request, "listing.html", {**context, "fault": detail}, status=400)
    steps = [(node["name"], f"{settings.STOREFRONT_URL}/categories/{node['path']}/") for node in trail]
    context |= {"structured": [structured.breadcrumbs(steps)] if steps else (), "heading": _heading(query, trail)}
    return page(request, "listing.html", {**context, **_listing(request, found)})


def _listing(request: HttpRequest, found: Any) -> dict[str, Any]:
    given = request.GET
    return {
        "found": found,
        "sorts": filters.sort_links(given),
        "facets": filters.option_facets(found.options, given),
        "active": list(filters.active_filters(given)),
        "everywhere": filters.with_changes(given) if request.GET else "",
        "canonical": f"{settings.STOREFRONT_URL}{request.path}" if not given else "",
        "next": filters.with_changes(given, cursor=found.next_cursor) if found.next_cursor else "",
        "previous": filters.with_changes(given, cursor=found.previous_cursor) if found.previous_cursor else "",
    }


def _heading(query: search.ListingQuery, trail: list[Any]) -> str:
    if query.q:
        return f"Results for “{query.q}”"
    return str(trail[-1]["name"]) if trail else "All products"


def _facts(attributes: dict[str, str]) -> list[tuple[str, str]]:
    rest = sorted(attributes.keys() - {*_FIRST_FACTS, *_FOR_SEARCH_ENGINES})
    return [(name, attributes[name]) for name in (*_FIRST_FACTS, *rest) if attributes.get(name)]


@require_safe
def product(request: HttpRequest, slug: str) -> HttpResponse:
    try:
        document = search.get_product_document(id_or_slug=slug, currency=settings.DEFAULT_CURRENCY)
    except search.DocumentNotFound as error:
        raise Http404 from error
    detail = orjson.loads(document)
    stock = inventory.get_availability(variant_ids=[UUID(variant["id"]) for variant in detail["variants"]])
    available = {str(variant_id): found.available for variant_id, found in stock.items()}
    picker = make_picker(product=detail, asked=request.GET.dict(), available=available)
    shown = picker.chosen or (picker.offers[0].variant if picker.offers else detail)
    tree = search.category_tree()
    path = max((each["path"] for each in detail["categories"]), key=len, default="")
    trail = filters.find_category(tree, path)
    context = {
        "categories": tree,
        "trail": trail,
        "product": detail,
        "picker": picker,
        "shown": shown,
        "pictures": pictures_of(product=detail, variant=shown),
        "facts": _facts(detail["attributes"]),
        **{name: detail["attributes"].get(name, "") for name in _FOR_SEARCH_ENGINES},
        "promise": promise_for(price=shown["price"]),
        "structured": structured.product(detail, available=available, origin=settings.STOREFRONT_URL, trail=trail),
    }
    return page(request, "product.html", context)
