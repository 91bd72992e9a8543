"""Stock of a variant, what is scarce, and the forms by which goods come, go, move and are counted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from apps.backoffice.stock_forms import CountForm, StockForm
from apps.backoffice.views.frame import show_page
from apps.catalog import api as catalog
from apps.catalog.contracts import SellableVariant
from apps.inventory import api as inventory
from apps.kernel.errors import DomainError
from apps.web.authentication import staff_actor
from apps.web.pagination import PageParams

_PAGE = 50


@require_safe
@permission_required("inventory.view_stocklevel", raise_exception=True)
def stock(request: HttpRequest) -> HttpResponse:
    """Find a variant by its SKU; show its stock in every warehouse, what moved it, and the way to change it."""
    sku = request.GET.get("sku", "").strip()
    context: dict[str, Any] = {"title": "Stock by SKU", "sku": sku}
    if not sku:
        return show_page(request, "stock.html", context)
    try:
        variant = catalog.get_variant_by_sku(sku=sku)
    except DomainError as error:
        return show_page(request, "stock.html", {**context, "fault": error.detail})
    found = catalog.get_variants(ids=[variant.id], currency=settings.DEFAULT_CURRENCY).get(variant.id)
    context |= {
        "variant": variant,
        "name": found.title if found else variant.sku,
        "levels": inventory.get_stock_levels(variant_ids=[variant.id]).get(variant.id, ()),
        "movements": inventory.list_movements(variant_ids=[variant.id], limit=_PAGE),
    }
    return show_page(request, "stock.html", context)


@require_safe
@permission_required("inventory.view_stocklevel", raise_exception=True)
def low_stock(request: HttpRequest) -> HttpResponse:
    """List the variants that are low, or sold out."""
    status = inventory.StockStatus.OUT if request.GET.get("status") == "out" else inventory.StockStatus.LOW
    page = inventory.list_scarce_items(
        status=status, params=PageParams(limit=_PAGE, cursor=request.GET.get("cursor") or None)
    )
    variants = catalog.get_variants(ids=[item.variant_id for item in page.items], currency=settings.DEFAULT_CURRENCY)
    rows = [(variants.get(item.variant_id), item) for item in page.items]
    context = {"title": "Low stock", "rows": rows, "page": page, "status": status.value}
    return show_page(request, "low_stock.html", {**context, "counts": inventory.count_scarce_items()})


@require_safe
@permission_required("inventory.view_stockmovement", raise_exception=True)
def movements(request: HttpRequest) -> HttpResponse:
    """List what came, went and was corrected, newest first, by SKU."""
    kind = next((each for each in inventory.MovementKind if each.value == request.GET.get("kind")), None)
    params = PageParams(limit=_PAGE, cursor=request.GET.get("cursor") or None)
    page = inventory.list_ledger(params=params, kind=kind)
    ids = {movement.variant_id for movement in page.items}
    found = catalog.get_variants(ids=list(ids), currency=settings.DEFAULT_CURRENCY)
    context = {
        "title": "Stock movements",
        "page": page,
        "movements": page.items,
        "skus": {variant_id: variant.sku for variant_id, variant in found.items()},
        "kinds": [each.value for each in inventory.MovementKind],
        "kind": kind.value if kind else "",
    }
    return show_page(request, "ledger.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("inventory.move_stock", raise_exception=True)
def move(request: HttpRequest, form_class: type[StockForm]) -> HttpResponse:
    """Show one of the stock forms, what it would take away from where, and do what its button says."""
    form = form_class(request.POST or None, initial=request.GET.dict())
    if form.is_valid() and ("confirmed" in request.POST or not form.takes_away) and _run(request, form):
        return redirect(request.path)
    if form.is_valid():
        changes = form.changes()
        context = {"title": form.title, "form": form, "changes": changes, "button": form.promise(changes)}
        return show_page(request, "stock_look.html", context | {"is_short": any(each.is_short for each in changes)})
    return show_page(request, "stock_form.html", {"title": form.title, "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("inventory.move_stock", raise_exception=True)
def count(request: HttpRequest) -> HttpResponse:
    """Compare a count with the books, and book the differences once they were looked at."""
    form = CountForm(request.POST or None, initial=request.GET.dict())
    context: dict[str, Any] = {"title": form.title, "form": form}
    if not form.is_valid():
        return show_page(request, "stock_form.html", context)
    if "confirmed" in request.POST and _run(request, form):
        return redirect(request.path)
    return show_page(request, "stock_count.html", {**context, **_compare(form)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A variant whose count is not what the books say; with `is_short` more is promised than was counted."""

    variant: SellableVariant | None
    booked: int
    counted: int
    change: int
    reserved: int

    @property
    def is_short(self) -> bool:
        return self.counted < self.reserved


def _compare(form: CountForm) -> dict[str, Any]:
    warehouse, counted = form.cleaned_data["warehouse"], form.cleaned_data["counted"]
    levels = inventory.get_stock_levels(variant_ids=list(counted))
    here = {level.variant_id: level for found in levels.values() for level in found if level.warehouse == warehouse}
    books = {variant_id: level.on_hand for variant_id, level in here.items()}
    names = catalog.get_variants(ids=list(counted), currency=settings.DEFAULT_CURRENCY)
    differences = [
        Difference(
            variant=names.get(variant_id),
            booked=books.get(variant_id, 0),
            counted=counted[variant_id],
            change=change,
            reserved=here[variant_id].reserved if variant_id in here else 0,
        )
        for variant_id, change in form.differences(books).items()
    ]
    return {
        "differences": differences,
        "is_short": any(difference.is_short for difference in differences),
        "more": sum(max(difference.change, 0) for difference in differences),
        "fewer": sum(max(-difference.change, 0) for difference in differences),
        "agreeing": len(counted) - len(differences),
        "seen": _encode(books),
    }


def _encode(books: Mapping[UUID, int]) -> str:
    return json.dumps({str(variant_id): on_hand for variant_id, on_hand in books.items()})


def _run(request: HttpRequest, form: StockForm) -> bool:
    try:
        told = form.run(actor=staff_actor(request))
    except DomainError as error:
        form.add_error(None, error.detail or str(error))
        return False
    messages.success(request, told)
    return True
