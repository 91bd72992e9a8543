"""What every page shows around its content."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control, patch_vary_headers

from apps.content import api as content
from apps.search import api as search
from apps.storefront import currencies
from apps.storefront.owners import COUNT_COOKIE
from apps.web.languages import active_language


def page(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """Render a page inside the shop's frame: the category tree, the shop's own pages, the choice of currency, and the bag's number.

    The last is from a cookie.

    `currency` in the context is the page's where a bag decides it. It opens no session. Whatever the page, the bag's number differs from
    visitor to visitor, so only their own browser keeps it.
    """
    count = request.COOKIES.get(COUNT_COOKIE, "")
    frame = {
        "currencies": currencies.choices(request, current=context.get("currency") or currencies.seen_by(request)),
        "way_back": request.get_full_path(),
        "links": page_links(),
        "return_days": settings.RETURN_DAYS,
        "categories": context["categories"]
        if "categories" in context
        else search.category_tree(language=active_language()),
        "cart_count": int(count) if count.isdecimal() and len(count) < 6 else 0,
    }
    response = render(request, f"storefront/{template}", {**frame, **context}, status=status)
    patch_vary_headers(response, ["Cookie"])
    patch_cache_control(response, private=True, no_cache=True)
    return response


def page_links() -> dict[str, Any]:
    """Return the shop's own pages as they are linked: by group as lists, by purpose (`returns`, `terms`) one each, where there is one."""
    links = content.list_page_links(language=active_language())
    groups = {group.value: [link for link in links if link.group is group] for group in content.PageGroup}
    return {**groups, **{link.purpose.value: link for link in links if link.purpose}}
