"""Forms for goods that come, go, move or are counted. Each reads SKUs, makes one call of inventory and tells what it did."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django import forms
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from apps.catalog import api as catalog
from apps.inventory import api as inventory
from apps.kernel.ids import uuid7
from apps.web.forms import JSONField

_TEXT: Final = 150
_MOST: Final = 1_000_000
_MOST_LINES: Final = 1000
ADJUST_REASONS: Final = ("Damaged", "Lost", "Found", "Returned to stock", "Sample", "Correction")


def find_variants(skus: Collection[str]) -> dict[str, UUID]:
    """Return variants by SKU; ValidationError names those that the catalogue does not have."""
    found = catalog.get_variant_ids(skus=skus)
    if unknown := [sku for sku in skus if sku not in found]:
        raise forms.ValidationError(f"No variant has the SKU {', '.join(unknown[:5])}.")
    return found


class SkuField(forms.CharField):
    """A SKU; its value is the variant's id."""

    def clean(self, value: Any) -> Any:
        sku = super().clean(value)
        return find_variants([sku])[sku]


class QuantitiesField(forms.CharField):
    """Lines of "SKU quantity"; its value is the quantities by variant id."""

    def __init__(self, *, least: int, **kwargs: Any) -> None:
        self._least = least
        super().__init__(widget=UnfoldAdminTextareaWidget(attrs={"rows": 8}), **kwargs)

    def clean(self, value: Any) -> Any:
        lines = [line.split() for line in super().clean(value).splitlines() if line.strip()]
        if len(lines) > _MOST_LINES:
            raise forms.ValidationError(f"{len(lines)} lines are too many at once; send at most {_MOST_LINES}.")
        read = dict(self._read(number, words) for number, words in enumerate(lines, start=1))
        if len(read) < len(lines):
            raise forms.ValidationError("A SKU stands on two lines; add them up.")
        found = find_variants(list(read))
        return {found[sku]: quantity for sku, quantity in read.items()}

    def _read(self, number: int, words: list[str]) -> tuple[str, int]:
        if len(words) == 2 and re.fullmatch(r"\+?[0-9]{1,9}", words[1]) and self._least <= int(words[1]) <= _MOST:
            return words[0], int(words[1])
        raise forms.ValidationError(
            f"Line {number} reads {' '.join(words)[:60]!r}; write a SKU, a space and a whole number from"
            f" {self._least} to {_MOST}."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What becomes of a variant's stock in one warehouse; `reserved` of it are promised to orders."""

    sku: str
    warehouse: str
    before: int
    after: int
    reserved: int

    @property
    def is_short(self) -> bool:
        return self.after < self.reserved


class StockForm(forms.Form):
    """Carries the name of this very operation, so that a form sent twice moves stock once.

    Where it takes stock away from somewhere, `takes_away`, what becomes of it is shown first.
    """

    title = ""
    explanation = ""
    button = ""
    takes_away = False

    operation_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = [(place.code, place.name) for place in inventory.list_warehouses()]
        for field in self.fields.values():
            if isinstance(field, forms.ChoiceField) and not field.choices:
                field.choices = places

    def run(self, *, actor: str) -> str:
        """Do it and return what to tell; raises inventory's errors."""
        raise NotImplementedError

    def changes(self) -> list[Change]:
        """Return what it would do, of a form that takes away."""
        raise NotImplementedError

    def promise(self, changes: Collection[Change]) -> str:
        """Return the words of the button that does it."""
        raise NotImplementedError

    def _change(self, warehouse: str, by: int) -> Change:
        """Return what `by` more (below zero: fewer) of the one variant of this form would make of a warehouse's stock."""
        variant_id = self.cleaned_data["sku"]
        levels = inventory.get_stock_levels(variant_ids=[variant_id])[variant_id]
        on_hand, reserved = next(
            ((each.on_hand, each.reserved) for each in levels if each.warehouse == warehouse), (0, 0)
        )
        sku = self.data["sku"].strip()
        return Change(sku=sku, warehouse=warehouse, before=on_hand, after=on_hand + by, reserved=reserved)


def _warehouse(label: str = "Warehouse") -> forms.ChoiceField:
    return forms.ChoiceField(label=label, widget=UnfoldAdminSelectWidget)


class AdjustForm(StockForm):
    """More or less of one variant, for a reason."""

    title = "Adjust stock"
    explanation = "The warehouse's stock changes at once, and the shop sells the new number. It cannot fall below what is reserved."
    button = "Show what would change"
    takes_away = True

    sku = SkuField(label="SKU", max_length=100, widget=UnfoldAdminTextInputWidget)
    warehouse = _warehouse()
    change = forms.IntegerField(
        min_value=-_MOST,
        max_value=_MOST,
        help_text="How many more, or with a minus how many fewer.",
        widget=UnfoldAdminIntegerFieldWidget,
    )
    reason = forms.ChoiceField(choices=[(text, text) for text in ADJUST_REASONS], widget=UnfoldAdminSelectWidget)
    note = forms.CharField(max_length=_TEXT, required=False, widget=UnfoldAdminTextInputWidget)

    def run(self, *, actor: str) -> str:
        given = self.cleaned_data
        inventory.adjust_stock(
            changes={given["sku"]: given["change"]},
            warehouse=given["warehouse"],
            reason=": ".join(text for text in (given["reason"], given["note"]) if text),
            actor=actor,
            operation_id=given["operation_id"],
        )
        return f"The stock of {self.data['sku'].strip()} changed by {given['change']:+d}."

    def clean_change(self) -> int:
        change: int = self.cleaned_data["change"]
        if not change:
            raise forms.ValidationError("0 changes nothing; write how many more, or with a minus how many fewer.")
        return change

    def changes(self) -> list[Change]:
        return [self._change(self.cleaned_data["warehouse"], self.cleaned_data["change"])]

    def promise(self, changes: Collection[Change]) -> str:
        (one,) = changes
        by = one.after - one.before
        words = f"Add {by} of {one.sku} to" if by > 0 else f"Remove {-by} of {one.sku} from"
        return f"{words} {one.warehouse}: {one.before} \N{RIGHTWARDS ARROW} {one.after}"


class ReceiveForm(StockForm):
    """What a delivery brought."""

    title = "Receive a delivery"
    explanation = "Everything on the list is added to the warehouse's stock and can be sold at once; all of it or none."
    button = "Add all on the list to the stock"

    warehouse = _warehouse()
    reason = forms.CharField(
        label="Delivery note",
        max_length=_TEXT,
        help_text="Supplier and number.",
        widget=UnfoldAdminTextInputWidget,
    )
    quantities = QuantitiesField(
        label="What came", least=1, help_text='One line each: SKU and quantity, "NF-1001-M 12".'
    )

    def run(self, *, actor: str) -> str:
        given = self.cleaned_data
        inventory.receive_stock(
            quantities=given["quantities"],
            warehouse=given["warehouse"],
            reason=given["reason"],
            actor=actor,
            operation_id=given["operation_id"],
        )
        count, kinds = sum(given["quantities"].values()), len(given["quantities"])
        return f"{count} items of {kinds} variant{'' if kinds == 1 else 's'} were added to {given['warehouse']}."


class TransferForm(StockForm):
    """From one warehouse to another."""

    title = "Transfer stock"
    explanation = (
        "The items leave one warehouse's stock and join the other's in one step. What is reserved for orders stays."
    )
    button = "Show what would change"
    takes_away = True

    sku = SkuField(label="SKU", max_length=100, widget=UnfoldAdminTextInputWidget)
    source = _warehouse("From")
    target = _warehouse("To")
    quantity = forms.IntegerField(min_value=1, max_value=_MOST, widget=UnfoldAdminIntegerFieldWidget)
    note = forms.CharField(max_length=_TEXT, required=False, widget=UnfoldAdminTextInputWidget)

    def run(self, *, actor: str) -> str:
        given = self.cleaned_data
        inventory.transfer_stock(
            variant_id=given["sku"],
            quantity=given["quantity"],
            source=given["source"],
            target=given["target"],
            reason=given["note"] or "transfer",
            actor=actor,
            operation_id=given["operation_id"],
        )
        return f"{given['quantity']} of {self.data['sku'].strip()} went from {given['source']} to {given['target']}."

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("source") and given.get("source") == given.get("target"):
            raise forms.ValidationError(f"{given['source']} is both ends of the way; choose two warehouses.")
        return given

    def changes(self) -> list[Change]:
        given = self.cleaned_data
        return [self._change(given["source"], -given["quantity"]), self._change(given["target"], given["quantity"])]

    def promise(self, changes: Collection[Change]) -> str:
        source, target = changes
        return f"Move {target.after - target.before} of {source.sku} from {source.warehouse} to {target.warehouse}"


class CountForm(StockForm):
    """What was counted. `seen` is what the books said when the differences were shown; empty before that."""

    title = "Stock-take"
    explanation = (
        "Type what was counted. The next page shows how it differs from the books; nothing changes before that."
    )
    button = "Compare with the books"

    warehouse = _warehouse()
    counted = QuantitiesField(
        label="Counted", least=0, help_text='One line each: SKU and what is there, "NF-1001-M 12".'
    )
    seen = JSONField(required=False, widget=forms.HiddenInput)

    def clean_seen(self) -> dict[UUID, int]:
        given = self.cleaned_data["seen"] or {}
        try:
            return {UUID(variant_id): int(on_hand) for variant_id, on_hand in given.items()}
        except (AttributeError, TypeError, ValueError, OverflowError) as error:
            raise forms.ValidationError("The comparison is damaged; compare again.") from error

    def differences(self, books: Mapping[UUID, int]) -> dict[UUID, int]:
        """Return counted less booked, by variant, where they differ."""
        counted = self.cleaned_data["counted"]
        found = {variant_id: count - books.get(variant_id, 0) for variant_id, count in counted.items()}
        return {variant_id: difference for variant_id, difference in found.items() if difference}

    def run(self, *, actor: str) -> str:
        """Apply the differences that were shown: what was sold since then stays sold."""
        changes = self.differences(self.cleaned_data["seen"])
        if not changes:
            return "The books were right; nothing changed."
        inventory.adjust_stock(
            changes=changes,
            warehouse=self.cleaned_data["warehouse"],
            reason="Stock-take",
            actor=actor,
            operation_id=self.cleaned_data["operation_id"],
        )
        return f"Stock-take booked: {len(changes)} of {len(self.cleaned_data['counted'])} variants differed."
