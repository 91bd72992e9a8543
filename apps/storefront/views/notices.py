"""Ending mails about stock, from a link in one of them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from apps.notifications import api as notifications
from apps.storefront.context import page
from apps.storefront.limited import limit_posts


@csrf_exempt  # the signed token is the right to do this; mail programs post it without a page (RFC 8058)
@never_cache
@limit_posts("default")
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest) -> HttpResponse:
    """Ask before ending them: programs that look through mails open every link."""
    token = request.GET.get("token", "")
    if request.method != "POST":
        return page(request, "stop_notices.html", {"state": "asked"})
    if notifications.stop_stock_notices(token=token):
        return page(request, "stop_notices.html", {"state": "stopped"})
    return page(request, "stop_notices.html", {"state": "too_old"}, status=404)
