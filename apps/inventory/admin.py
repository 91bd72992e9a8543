"""Warehouses and thresholds as forms; levels, movements and reservations to read; stock is set by one command of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldAdminUUIDInputWidget,
)

from apps.inventory import api, services
from apps.inventory.models import MAX_QUANTITY, StockItem, StockLevel, StockMovement, StockReservation, Warehouse
from apps.kernel.errors import DomainError, PreconditionFailed
from apps.messaging.admin import EventedAdmin
from apps.persistence.paginator import BoundedPaginator
from apps.web.authentication import staff_actor


@admin.register(Warehouse)
class WarehouseAdmin(EventedAdmin):
    """A warehouse is closed, never deleted: the ledger names it for ever."""

    list_display = ("name", "code", "priority", "is_active")
    search_fields = ("name", "code")

    def announce_change(self, obj: Warehouse, *, created: bool) -> None:
        services.warehouse_changed(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(StockItem)
class StockItemAdmin(EventedAdmin):
    """How few of a variant are shown as low in stock."""

    list_display = ("variant_id", "status", "low_threshold")
    list_filter = ("status",)
    search_fields = ("variant_id",)
    show_full_result_count = False
    paginator = BoundedPaginator
    fields = ("variant_id", "status", "low_threshold")
    readonly_fields = ("variant_id", "status")

    def save_model(self, request: HttpRequest, obj: StockItem, form: Any, change: bool) -> None:
        # The form read the row without its lock: status and version may have moved on since.
        obj.save(update_fields=["low_threshold"])

    def announce_change(self, obj: StockItem, *, created: bool) -> None:
        services.stock_item_changed(obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(ModelAdmin):
    """Shows rows that only commands write."""

    show_full_result_count = False
    paginator = BoundedPaginator

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class SetStockForm(forms.Form):
    variant_id = forms.UUIDField(widget=UnfoldAdminUUIDInputWidget)
    warehouse = forms.ModelChoiceField(
        queryset=Warehouse.objects.all(), to_field_name="code", widget=UnfoldAdminSelectWidget
    )
    on_hand = forms.IntegerField(min_value=0, max_value=MAX_QUANTITY, widget=UnfoldAdminIntegerFieldWidget)
    reason = forms.CharField(max_length=services.MAX_TEXT, widget=UnfoldAdminTextInputWidget)
    # What was there when the button said what it would become; empty before that.
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)


def _level_now(form: SetStockForm) -> api.StockLevel:
    """Return what the chosen warehouse has of the variant; nothing where it never had any."""
    variant_id, warehouse = form.cleaned_data["variant_id"], form.cleaned_data["warehouse"].code
    levels = api.get_stock_levels(variant_ids=[variant_id])[variant_id]
    nothing = api.StockLevel(variant_id=variant_id, warehouse=warehouse, on_hand=0, reserved=0)
    return next((level for level in levels if level.warehouse == warehouse), nothing)


@admin.register(StockLevel)
class StockLevelAdmin(ReadOnlyAdmin):
    """Stock per variant and warehouse, with a way to set it."""

    list_display = ("variant_id", "warehouse", "on_hand", "reserved", "set_stock_link")
    list_filter = ("warehouse",)
    list_select_related = ("warehouse",)
    list_before_template = "admin/inventory/set_stock_link.html"
    search_fields = ("variant_id", "warehouse__code")

    def get_list_display(self, request: HttpRequest) -> Sequence[Any]:
        shown: Sequence[Any] = super().get_list_display(request)
        if request.user.has_perm("inventory.change_stocklevel"):
            return shown
        return [column for column in shown if column != "set_stock_link"]

    @admin.display(description="Set stock")
    def set_stock_link(self, obj: StockLevel) -> SafeString:
        query = urlencode({"variant_id": obj.variant_id, "warehouse": obj.warehouse.code, "on_hand": obj.on_hand})
        return format_html('<a href="{}?{}">Set stock</a>', reverse("admin:inventory_set_stock"), query)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.set_stock)
        urls: list[URLPattern] = super().get_urls()
        return [path("set-stock/", view, name="inventory_set_stock"), *urls]

    def set_stock(self, request: HttpRequest) -> HttpResponse:
        """One command, outside any transaction of admin's."""
        if not request.user.has_perm("inventory.change_stocklevel"):
            raise PermissionDenied
        form = SetStockForm(request.POST or None, initial=request.GET.dict())
        if form.is_valid() and form.cleaned_data["seen"] is not None and self._set_stock(request, form):
            return redirect("admin:inventory_stocklevel_changelist")
        context = self.admin_site.each_context(request) | {
            "title": "Set stock",
            "form": form,
            "now": _level_now(form) if form.is_valid() else None,
            "action": reverse("admin:inventory_set_stock"),
        }
        return TemplateResponse(request, "admin/inventory/set_stock.html", context)

    def _set_stock(self, request: HttpRequest, form: SetStockForm) -> bool:
        given = form.cleaned_data
        try:
            level = api.set_on_hand(
                variant_id=given["variant_id"],
                warehouse=given["warehouse"].code,
                on_hand=given["on_hand"],
                reason=given["reason"],
                actor=staff_actor(request),
                if_on_hand={given["warehouse"].code: given["seen"]},
            )
        except PreconditionFailed:
            form.add_error(None, "The stock has changed since you looked. Look again at what would become of it.")
            return False
        except DomainError as error:
            form.add_error(None, error.detail)
            return False
        self.message_user(request, f"{level.warehouse} now has {level.on_hand} on hand.", messages.SUCCESS)
        return True


@admin.register(StockMovement)
class StockMovementAdmin(ReadOnlyAdmin):
    """The ledger, newest first."""

    list_display = ("created_at", "variant_id", "warehouse", "kind", "quantity", "reason", "actor", "reference")
    list_filter = ("kind", "warehouse")
    list_select_related = ("warehouse",)
    ordering = ("-id",)
    search_fields = ("variant_id", "reference", "shipment_id")


@admin.register(StockReservation)
class StockReservationAdmin(ReadOnlyAdmin):
    """What is promised, and to whom."""

    list_display = ("reference", "status", "expires_at", "created_at")
    list_filter = ("status",)
    ordering = ("-created_at",)
    search_fields = ("reference",)
    fields = ("reference", "status", "expires_at", "created_at", "held")
    readonly_fields = ("held",)

    @admin.display(description="Lines")
    def held(self, obj: StockReservation) -> SafeString:
        lines = obj.lines.select_related("warehouse").order_by("variant_id", "warehouse__priority")
        rows = ((line.quantity, line.variant_id, line.warehouse.code, line.shipped) for line in lines)
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{} of {} from {}, {} shipped</li>", rows))
