"""Staff pages that compose several apps, inside the admin's frame."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from apps.catalog import api as catalog
from apps.catalog.contracts import Variant
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


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("inventory.change_stocklevel", raise_exception=True)
def stock(request: HttpRequest) -> HttpResponse:
    """Find a variant by its SKU, show its stock in every warehouse, and set it with a reason."""
    sku = request.POST.get("sku") or request.GET.get("sku", "")
    context: dict[str, Any] = {"title": "Stock by SKU", "sku": sku}
    if not sku:
        return _page(request, "stock.html", context)
    try:
        variant = catalog.get_variant_by_sku(sku=sku.strip())
    except DomainError as error:
        return _page(request, "stock.html", {**context, "fault": error.detail})
    if request.method == "POST":
        _set_stock(request, variant)
        return redirect(f"{request.path}?sku={variant.sku}")
    levels = inventory.get_stock_levels(variant_ids=[variant.id]).get(variant.id, ())
    return _page(request, "stock.html", {**context, "variant": variant, "levels": levels})


def _set_stock(request: HttpRequest, variant: Variant) -> None:
    try:
        inventory.set_on_hand(
            variant_id=variant.id,
            on_hand=int(request.POST.get("on_hand", "")),
            reason=request.POST.get("reason", ""),
            warehouse=request.POST.get("warehouse", ""),
            actor=str(request.user),
        )
        messages.success(request, f"Stock of {variant.sku} is set.")
    except ValueError:
        messages.error(request, "The quantity must be a whole number.")
    except DomainError as error:
        messages.error(request, error.detail)
