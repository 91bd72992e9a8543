"""Staff pages that compose several apps, inside the admin's frame."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from apps.catalog import api as catalog
from apps.inventory import api as inventory
from apps.kernel.errors import DomainError
from apps.messaging import api as messaging


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    return render(request, f"backoffice/{template}", {**admin.site.each_context(request), **context})


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("messaging.view_inboxmessage", raise_exception=True)
def parked(request: HttpRequest) -> HttpResponse:
    """List what failed too often, and try one item again."""
    if request.method == "POST":
        if not request.user.has_perm("messaging.change_inboxmessage"):
            raise PermissionDenied
        kind, item_id = request.POST.get("kind", ""), _read_id(request.POST.get("id", ""))
        try:
            replayed = messaging.replay_parked(kind=kind, item_id=item_id)
        except KeyError as error:
            raise BadRequest(f"There is no kind of work called {kind!r}.") from error
        messages.info(request, "It will be tried again now." if replayed else "It was not parked any more.")
        return redirect("backoffice:parked")
    return _page(request, "parked.html", {"title": "Parked work", "items": messaging.list_parked()})


def _read_id(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError as error:
        raise BadRequest(f"{given!r} is not an id.") from error


@require_safe
@permission_required("inventory.view_stocklevel", raise_exception=True)
def stock(request: HttpRequest) -> HttpResponse:
    """Find a variant by its SKU and show its stock in every warehouse, each with the way to set it."""
    sku = request.GET.get("sku", "").replace("\0", "").strip()
    context: dict[str, Any] = {"title": "Stock by SKU", "sku": sku}
    if not sku:
        return _page(request, "stock.html", context)
    try:
        variant = catalog.get_variant_by_sku(sku=sku)
    except DomainError as error:
        return _page(request, "stock.html", {**context, "fault": error.detail})
    levels = inventory.get_stock_levels(variant_ids=[variant.id]).get(variant.id, ())
    return _page(request, "stock.html", {**context, "variant": variant, "levels": levels})
