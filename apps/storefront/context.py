"""What every page shows around its content."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from apps.search import api as search
from apps.storefront.owners import COUNT_COOKIE


def page(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """Render a page inside the shop's frame."""
    count = request.COOKIES.get(COUNT_COOKIE, "")
    frame = {
        "shop": settings.SHOP_NAME,
        "categories": search.category_tree(),
        "cart_count": count if count.isdigit() and len(count) < 6 else "",
    }
    return render(request, f"storefront/{template}", {**frame, **context}, status=status)
