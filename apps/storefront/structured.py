"""Structured data for search engines (schema.org as JSON-LD), a data block that no browser runs.

Source: https://developers.google.com/search/docs/appearance/structured-data/product
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from apps.inventory.contracts import Availability

_ESCAPES = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}


def encode(data: Mapping[str, Any]) -> SafeString:
    """Return the data as JSON that cannot end its `<script>` block."""
    return mark_safe(orjson.dumps({"@context": "https://schema.org", **data}).decode().translate(_ESCAPES))  # noqa: S308


def product(
    detail: Mapping[str, Any], *, stock: Mapping[str, Availability], origin: str, trail: Sequence[Mapping[str, Any]]
) -> list[SafeString]:
    """Return a product with an offer for each variant, and where it stands in the shop; `stock` is by variant id."""
    page = f"{origin}/products/{detail['slug']}/"
    described = {
        "@type": "Product",
        "name": detail["title"],
        "url": page,
        "description": strip_tags(detail["description_html"])[:5000].strip(),
        "image": [_absolute(origin, image["url"]) for image in detail["images"]],
        "brand": {"@type": "Brand", "name": detail["vendor"]},
        "offers": [_offer(each, page=page, in_stock=stock[each["id"]].available > 0) for each in detail["variants"]],
    }
    steps = [(node["name"], f"{origin}/categories/{node['path']}/") for node in trail]
    return [
        encode(described),
        breadcrumbs([(_("All products"), f"{origin}/products/"), *steps, (detail["title"], page)]),
    ]


def breadcrumbs(steps: Sequence[tuple[str, str]]) -> SafeString:
    """Return the way from the root to a page; each step is (name, absolute address)."""
    items = [
        {"@type": "ListItem", "position": place, "name": name, "item": address}
        for place, (name, address) in enumerate(steps, 1)
    ]
    return encode({"@type": "BreadcrumbList", "itemListElement": items})


def _offer(variant: Mapping[str, Any], *, page: str, in_stock: bool) -> dict[str, Any]:
    return {
        "@type": "Offer",
        "sku": variant["sku"],
        "url": page,
        "price": variant["price"]["amount"],
        "priceCurrency": variant["price"]["currency"],
        "availability": f"https://schema.org/{'InStock' if in_stock else 'OutOfStock'}",
        "itemCondition": "https://schema.org/NewCondition",
    }


def _absolute(origin: str, url: str) -> str:
    return f"{origin}{url}" if url.startswith("/") else url
