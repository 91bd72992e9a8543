"""Shipping zones, methods and their rates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet
from unfold.admin import ModelAdmin, TabularInline

from apps.shipping.models import ShippingMethod, ShippingRate, ShippingZone

if TYPE_CHECKING:
    RateFormSetBase = BaseInlineFormSet[ShippingRate, ShippingMethod, Any]
else:
    RateFormSetBase = BaseInlineFormSet


class RateFormSet(RateFormSetBase):
    """Refuses rates that the kind of their method would never use."""

    def clean(self) -> None:
        super().clean()
        for form in self.forms:
            kept = form.is_valid() and form.cleaned_data and not form.cleaned_data.get("DELETE")
            if kept and (fault := form.instance.fault_for(self.instance.kind)):
                raise ValidationError(fault)


class RateInline(TabularInline):
    model = ShippingRate
    formset = RateFormSet
    fields = ("price_currency", "price_amount", "max_weight_grams", "free_from_amount")
    extra = 0


class MethodInline(TabularInline):
    model = ShippingMethod
    fields = ("name", "kind", "min_days", "max_days", "is_active", "position")
    show_change_link = True
    extra = 0


@admin.register(ShippingZone)
class ShippingZoneAdmin(ModelAdmin):
    list_display = ("name", "countries", "regions", "priority")
    search_fields = ("name", "countries")
    inlines = (MethodInline,)
    deletion_consequences = (
        "Its methods are offered no more: where no other zone delivers, nobody there can order. Who had chosen one at the"
        " checkout has to choose again. Orders that were placed keep its name and what it cost."
    )


@admin.register(ShippingMethod)
class ShippingMethodAdmin(ModelAdmin):
    list_display = ("name", "zone", "kind", "min_days", "max_days", "is_active", "position")
    list_filter = ("zone", "kind", "is_active")
    list_select_related = ("zone",)
    search_fields = ("name",)
    inlines = (RateInline,)
    deletion_consequences = (
        "It is offered no more, and who had chosen it at the checkout has to choose again. Orders that were placed keep its"
        " name and what it cost. To pause it, save it as inactive instead."
    )
