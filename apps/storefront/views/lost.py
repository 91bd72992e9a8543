"""What the shop shows where there is no page: its frame around a way on, for pages of shoppers; what web answers elsewhere."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from apps.storefront.context import page
from apps.web import failures
from apps.web.middleware import is_page


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer 404."""
    if not is_page(request) or failures.is_for_staff(request):
        return failures.page_not_found(request, exception)
    return page(request, "not_found.html", {}, status=404)
