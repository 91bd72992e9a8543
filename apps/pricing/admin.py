"""Tax zones with their rates."""

from __future__ import annotations

from django.contrib import admin
from unfold.admin import TabularInline

from apps.pricing.models import TaxRate, TaxZone
from apps.web.admin import AsksBeforeDeletingParts


class TaxRateInline(TabularInline):
    model = TaxRate
    deletion_consequences = (
        "From the next quote on that tax class pays the standard rate here, and without a standard rate no tax."
        " Orders that were placed keep theirs."
    )
    extra = 0


@admin.register(TaxZone)
class TaxZoneAdmin(AsksBeforeDeletingParts):
    list_display = ("name", "countries", "regions", "tax_name", "prices_include_tax", "priority")
    list_filter = ("prices_include_tax",)
    search_fields = ("name", "countries")
    inlines = (TaxRateInline,)
    deletion_consequences = (
        "From the next quote on, carts that go there are taxed by the zone that fits next best, or not at all where there is"
        " none. Orders that were placed keep the tax they have."
    )
