"""Browsing: home, listings, search, product."""

from __future__ import annotations

from typing import Any

import orjson
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from apps.kernel.errors import Invalid
from apps.search import api as search
from apps.storefront import filters
from apps.storefront.context import page
from apps.storefront.picker import make_picker

_NEWEST = 8


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    query = search.ListingQuery(currency=settings.DEFAULT_CURRENCY, in_stock=True, limit=_NEWEST)
    return page(request, "home.html", {"cards": orjson.loads(search.list_products(query=query).results)})


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
    return page(request, "listing.html", {**context, **_listing(request, found), "heading": _heading(query, trail)})


def _listing(request: HttpRequest, found: Any) -> dict[str, Any]:
    given = request.GET
    return {
        "found": found,
        "sorts": filters.sort_links(given),
        "active": list(filters.active_filters(given)),
        "next": filters.with_changes(given, cursor=found.next_cursor) if found.next_cursor else "",
        "previous": filters.with_changes(given, cursor=found.previous_cursor) if found.previous_cursor else "",
    }


def _heading(query: search.ListingQuery, trail: list[Any]) -> str:
    if query.q:
        return f"Results for “{query.q}”"
    return str(trail[-1]["name"]) if trail else "All products"


@require_safe
def product(request: HttpRequest, slug: str) -> HttpResponse:
    try:
        document = search.get_product_document(id_or_slug=slug, currency=settings.DEFAULT_CURRENCY)
    except search.DocumentNotFound as error:
        raise Http404 from error
    detail = orjson.loads(document)
    picker = make_picker(product=detail, asked=request.GET.dict())
    shown = picker.chosen or (picker.offers[0].variant if picker.offers else detail)
    trail = max(detail["categories"], key=lambda each: len(each["path"]), default=None)
    return page(request, "product.html", {"product": detail, "picker": picker, "shown": shown, "category": trail})
