"""Structured data for search engines (schema.org as JSON-LD), a data block that no browser runs.

Addresses of pages are those of the active language; `origin` is the shop's, "https://shop.example.com".

Source: https://developers.google.com/search/docs/appearance/structured-data/product
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import unescape
from typing import Any
from urllib.parse import urlencode

import orjson
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from apps.inventory.contracts import Availability
from apps.web.languages import active_language, prefix_of

# Where a browser begins a new line, so that words do not touch.
_BREAK = re.compile(
    r"</?(?:blockquote|caption|d[dlt]|div|h[1-6]|li|[ou]l|p|pre|t(?:able|body|d|foot|h|head|r))\b[^>]*>|<[bh]r\b[^>]*>"
)
_SENTENCE_ENDS = (".", "!", "?", ":", ";", ",", "…", "。")
_ESCAPES = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}


def encode(data: Mapping[str, Any]) -> SafeString:
    """Return the data as JSON that cannot end its `<script>` block."""
    return mark_safe(orjson.dumps({"@context": "https://schema.org", **data}).decode().translate(_ESCAPES))  # noqa: S308


def plain_text(html: str) -> str:
    """Return sanitised HTML as text on one line: each paragraph, item or cell that ends no sentence is made one."""
    parts = (" ".join(unescape(strip_tags(part)).split()) for part in _BREAK.split(html))
    told = [part for part in parts if part]
    ended = [part if part.endswith(_SENTENCE_ENDS) else f"{part}." for part in told[:-1]]
    return " ".join([*ended, *told[-1:]])


def site(*, name: str, origin: str) -> SafeString:
    """Return the shop itself as its home page has it: its name and the language it speaks here."""
    return encode({"@type": "WebSite", "name": name, "url": f"{_root(origin)}/", "inLanguage": active_language()})


def product(
    detail: Mapping[str, Any], *, stock: Mapping[str, Availability], origin: str, trail: Sequence[Mapping[str, Any]]
) -> list[SafeString]:
    """Return a product with an offer for each variant, and where it stands in the shop; `stock` is by variant id."""
    page = f"{_root(origin)}/products/{detail['slug']}/"
    described = {
        "@type": "Product",
        "name": detail["title"],
        "url": page,
        "description": plain_text(detail["description_html"])[:5000],
        "image": [_absolute(origin, image["url"]) for image in detail["images"]],
        "brand": {"@type": "Brand", "name": detail["vendor"]},
        "offers": [_offer(each, page=page, in_stock=stock[each["id"]].available > 0) for each in detail["variants"]],
    }
    return [encode(described), way([*_steps(trail), (detail["title"], f"/products/{detail['slug']}/")], origin=origin)]


def category(trail: Sequence[Mapping[str, Any]], *, origin: str) -> SafeString:
    """Return the way from all products to a category, the last of `trail`."""
    return way(_steps(trail), origin=origin)


def way(steps: Sequence[tuple[str, str]], *, origin: str) -> SafeString:
    """Return the way from all products over `steps`, each a name and a path."""
    return _breadcrumbs([(_("All products"), "/products/"), *steps], origin=origin)


def told_page(*, title: str, path: str, shop: str, origin: str) -> SafeString:
    """Return the way from the home page, by the name of the shop, to one of its own pages."""
    return _breadcrumbs([(shop, "/"), (title, path)], origin=origin)


def _steps(trail: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    return [(node["name"], f"/categories/{node['path']}/") for node in trail]


def _breadcrumbs(steps: Sequence[tuple[str, str]], *, origin: str) -> SafeString:
    items = [
        {"@type": "ListItem", "position": place, "name": name, "item": f"{_root(origin)}{path}"}
        for place, (name, path) in enumerate(steps, 1)
    ]
    return encode({"@type": "BreadcrumbList", "itemListElement": items})


def _offer(variant: Mapping[str, Any], *, page: str, in_stock: bool) -> dict[str, Any]:
    chosen = urlencode(variant["options"])
    return {
        "@type": "Offer",
        "sku": variant["sku"],
        "url": f"{page}?{chosen}" if chosen else page,
        "price": variant["price"]["amount"],
        "priceCurrency": variant["price"]["currency"],
        "availability": f"https://schema.org/{'InStock' if in_stock else 'OutOfStock'}",
        "itemCondition": "https://schema.org/NewCondition",
    }


def _root(origin: str) -> str:
    return f"{origin}{prefix_of(active_language())}"


def _absolute(origin: str, url: str) -> str:
    return f"{origin}{url}" if url.startswith("/") else url
