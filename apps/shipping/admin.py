"""Shipping zones, methods and their rates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from unfold.admin import TabularInline
from unfold.widgets import UnfoldAdminTextInputWidget

from apps.shipping.models import LONGEST_NAME, ShippingMethod, ShippingRate, ShippingZone
from apps.web.admin import AsksBeforeDeletingParts
from apps.web.languages import other_languages

if TYPE_CHECKING:
    RateFormSetBase = BaseInlineFormSet[ShippingRate, ShippingMethod, Any]
    MethodFormBase = forms.ModelForm[ShippingMethod]
else:
    RateFormSetBase = BaseInlineFormSet
    MethodFormBase = forms.ModelForm


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
    deletion_consequences = (
        "Carts of that currency and weight are offered this method no more. Orders that were placed keep what it cost."
    )
    formset = RateFormSet
    fields = ("price_currency", "price_amount", "max_weight_grams", "free_from_amount")
    extra = 0


class MethodForm(MethodFormBase):
    """A method's own fields, and a name in each of the shop's other languages, which `ShippingMethodAdmin.get_form` adds."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code in other_languages():
            self.initial.setdefault(f"name_{code}", self.instance.names.get(code, ""))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        given = {code: cleaned.get(f"name_{code}", "") for code in other_languages()}
        self.instance.names = {code: name for code, name in {**self.instance.names, **given}.items() if name}
        return cleaned


def _name_fields(method: ShippingMethod | None) -> dict[str, forms.CharField]:
    """Return the fields of a method's names in other languages; what is left blank shows the name that stands in its place."""
    spoken = dict(settings.LANGUAGES)
    attributes = {"placeholder": method.name if method else ""}
    return {
        f"name_{code}": forms.CharField(
            label=f"Name in {spoken[code]}",
            required=False,
            max_length=LONGEST_NAME,
            widget=UnfoldAdminTextInputWidget(attrs=attributes),
        )
        for code in other_languages()
    }


class MethodInline(TabularInline):
    model = ShippingMethod
    deletion_consequences = (
        "It is offered no more, and who had chosen it at the checkout has to choose again. Orders that were placed keep its"
        " name and what it cost. To pause it, make it inactive instead."
    )
    fields = ("name", "kind", "min_days", "max_days", "is_active", "position")
    show_change_link = True
    extra = 0


@admin.register(ShippingZone)
class ShippingZoneAdmin(AsksBeforeDeletingParts):
    list_display = ("name", "countries", "regions", "priority")
    search_fields = ("name", "countries")
    inlines = (MethodInline,)
    deletion_consequences = (
        "Its methods are offered no more: where no other zone delivers, nobody there can order. Who had chosen one at the"
        " checkout has to choose again. Orders that were placed keep its name and what it cost."
    )


@admin.register(ShippingMethod)
class ShippingMethodAdmin(AsksBeforeDeletingParts):
    form = MethodForm
    list_display = ("name", "zone", "kind", "min_days", "max_days", "is_active", "position")
    list_filter = ("zone", "kind", "is_active")
    list_select_related = ("zone",)
    search_fields = ("name",)
    inlines = (RateInline,)

    def get_form(
        self, request: HttpRequest, obj: ShippingMethod | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Return the form with a name in each of the shop's other languages."""
        base = type("MethodForm", (MethodForm,), _name_fields(obj))
        return super().get_form(request, obj, change=change, **kwargs | {"form": base})

    def get_fieldsets(self, request: HttpRequest, obj: ShippingMethod | None = None) -> Any:
        """Show the names beside each other; to who may only look, the method's own alone."""
        may = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        names = [f"name_{code}" for code in other_languages()] if may else []
        own = ["zone", "name", *names, "kind", "min_days", "max_days", "is_active", "position"]
        return [(None, {"fields": own})]

    deletion_consequences = (
        "It is offered no more, and who had chosen it at the checkout has to choose again. Orders that were placed keep its"
        " name and what it cost. To pause it, save it as inactive instead."
    )
