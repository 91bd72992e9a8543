"""The form of a variant: its options are chosen from the values that its product has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget

from apps.catalog.attribute_lines import AttributesField
from apps.catalog.models import Product, Variant

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[Any]
else:
    ModelForm = forms.ModelForm

_OPTIONS_LATER: Final = "New options and values can be chosen here once the product is saved."
_OPTIONS_NOW: Final = "One in a line, such as Size: M"


class VariantForm(ModelForm):
    """A variant's own fields in words; `variant_form` adds its options."""

    class Meta:
        labels: ClassVar = {
            "sku": "SKU",
            "weight_grams": "Weight (grams)",
            "requires_shipping": "Is shipped",
            "tax_class": "Tax class",
            "barcode": "Barcode",
            "image": "Picture",
        }
        help_texts: ClassVar = {
            "sku": "The shop's own number of this variant; no other has it.",
            "requires_shipping": "Off for what no parcel brings, such as a gift card.",
            "position": "Lower numbers are listed first.",
        }


class OptionsWidget(forms.MultiWidget):
    """A select for each option, named by it."""

    def __init__(self, values: dict[str, list[str]]) -> None:
        self._names = list(values)
        selects = [UnfoldAdminSelectWidget(attrs={"aria-label": name}) for name in self._names]
        super().__init__(selects)

    def decompress(self, value: Any) -> list[str]:
        """Return the value of each option, blank where the variant has none."""
        return [value.get(name, "") for name in self._names] if value else ["" for _ in self._names]


class OptionsField(forms.MultiValueField):
    """A variant's options; the value is a dict without those that are left blank."""

    def __init__(self, values: dict[str, list[str]]) -> None:
        self._names = list(values)
        # No options at all are a value too: two such variants of a product are refused beside the field.
        self.empty_values = [None, "", []]
        choices = [[("", f"{name}: none"), *((value, value) for value in each)] for name, each in values.items()]
        super().__init__(
            fields=[forms.ChoiceField(choices=each, required=False) for each in choices],
            widget=OptionsWidget(values),
            label="Options",
            help_text=_OPTIONS_LATER,
            required=False,
            require_all_fields=False,
        )
        for select, each in zip(self.widget.widgets, choices, strict=True):
            select.choices = each

    def compress(self, data_list: Any) -> dict[str, str]:
        """Return the chosen values by option."""
        return {name: value for name, value in zip(self._names, data_list, strict=False) if value}


def variant_form(product: Product | None) -> type[VariantForm]:
    """Return the form for variants of a product; of a new one, whose options nobody knows yet, they are written in lines."""
    if product is None or product._state.adding:
        field: forms.Field = AttributesField(rows=2, label="Options", help_text=_OPTIONS_NOW)
    else:
        field = OptionsField(_known_values(product))
    return type(VariantForm.__name__, (VariantForm,), {"options": field})


def _known_values(product: Product) -> dict[str, list[str]]:
    """Return the values of each option, with those that only variants have still: an option may have lost them, or be gone."""
    known = {option.name: dict.fromkeys(option.values) for option in product.options.all()}
    for options in Variant.objects.filter(product=product).order_by("position").values_list("options", flat=True):
        for name, value in options.items():
            known.setdefault(name, {})[value] = None
    return {name: list(values) for name, values in known.items()}
