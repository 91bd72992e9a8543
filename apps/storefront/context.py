"""What every page shows around its content."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control, patch_vary_headers

from apps.search import api as search
from apps.storefront import currencies
from apps.storefront.owners import COUNT_COOKIE
from apps.web.languages import active_language


def page(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """Render a page inside the shop's frame: the category tree, the choice of currency, and the number in the bag from a cookie.

    `currency` in the context is the page's where a bag decides it. It opens no session. Whatever the page, the bag's number differs from
    visitor to visitor, so only their own browser keeps it.
    """
    count = request.COOKIES.get(COUNT_COOKIE, "")
    frame = {
        "currencies": currencies.choices(request, current=context.get("currency") or currencies.seen_by(request)),
        "way_back": request.get_full_path(),
        "categories": context["categories"]
        if "categories" in context
        else search.category_tree(language=active_language()),
        "cart_count": int(count) if count.isdecimal() and len(count) < 6 else 0,
    }
    response = render(request, f"storefront/{template}", {**frame, **context}, status=status)
    patch_vary_headers(response, ["Cookie"])
    patch_cache_control(response, private=True, no_cache=True)
    return response
