"""Browsing: home, listings, search, product."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

import orjson
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from apps.kernel.errors import Invalid
from apps.search import api as search
from apps.storefront.context import page

PAGE_SIZE = 24
SORTS = (
    ("", "Best match"),
    ("newest", "Newest"),
    ("price", "Price, low to high"),
    ("-price", "Price, high to low"),
    ("title", "Name"),
)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    newest = search.browse(query=search.ListingQuery(currency=settings.DEFAULT_CURRENCY, in_stock=True, limit=8))
    return page(request, "home.html", {"cards": newest.cards})


@require_safe
def listing(request: HttpRequest, category: str = "") -> HttpResponse:
    try:
        query = _read_query(request, category)
        found = search.browse(query=query)
    except Invalid as error:
        return page(request, "listing.html", {"fault": error.detail, "sorts": SORTS, "chosen": request.GET}, status=400)
    context = {
        "found": found,
        "chosen": request.GET,
        "category": category,
        "heading": _heading(found, category, query.q),
        "sorts": SORTS,
        "next": _with_cursor(request, found.next_cursor),
        "previous": _with_cursor(request, found.previous_cursor),
    }
    return page(request, "listing.html", context)


def _read_query(request: HttpRequest, category: str) -> search.ListingQuery:
    given = request.GET
    return search.ListingQuery(
        currency=settings.DEFAULT_CURRENCY,
        category=category,
        q=given.get("q", "").strip(),
        min_price=_read_price("min_price", given.get("min_price", "")),
        max_price=_read_price("max_price", given.get("max_price", "")),
        in_stock=True if given.get("in_stock") else None,
        sort=given.get("sort", ""),
        limit=PAGE_SIZE,
        cursor=given.get("cursor") or None,
    )


def _read_price(name: str, given: str) -> Decimal | None:
    try:
        return Decimal(given) if given else None
    except InvalidOperation as error:
        raise Invalid.field(name, "invalid_price", f"{given!r} is not an amount; use one such as 20.") from error


def _heading(found: Any, category: str, q: str) -> str:
    if q:
        return f"Results for “{q}”"
    names = {facet.path: facet.name for facet in found.categories}
    return (
        names.get(category, category.rpartition("/")[2].replace("-", " ").capitalize()) if category else "All products"
    )


def _with_cursor(request: HttpRequest, cursor: str | None) -> str:
    if cursor is None:
        return ""
    kept = {name: value for name, value in request.GET.items() if name != "cursor"}
    return f"?{urlencode({**kept, 'cursor': cursor})}"


@require_safe
def product(request: HttpRequest, slug: str) -> HttpResponse:
    try:
        document = search.get_product_document(id_or_slug=slug, currency=settings.DEFAULT_CURRENCY)
    except search.DocumentNotFound as error:
        raise Http404 from error
    detail = orjson.loads(document)
    buyable = [variant for variant in detail["variants"] if variant["in_stock"]]
    return page(request, "product.html", {"product": detail, "first": buyable[0]["id"] if buyable else ""})
