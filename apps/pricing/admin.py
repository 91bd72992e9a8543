"""Tax zones with their rates."""

from __future__ import annotations

from django.contrib import admin
from unfold.admin import ModelAdmin, TabularInline

from apps.pricing.models import TaxRate, TaxZone


class TaxRateInline(TabularInline):
    model = TaxRate
    extra = 0


@admin.register(TaxZone)
class TaxZoneAdmin(ModelAdmin):
    list_display = ("name", "countries", "regions", "tax_name", "prices_include_tax", "priority")
    list_filter = ("prices_include_tax",)
    search_fields = ("name", "countries")
    inlines = (TaxRateInline,)
    deletion_consequences = (
        "From the next quote on, carts that go there are taxed by the zone that fits next best, or not at all where there is"
        " none. Orders that were placed keep the tax they have."
    )
