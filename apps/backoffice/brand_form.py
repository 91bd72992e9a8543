"""The form of the shop's name, sender, logo, colours and legal footer."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from unfold.widgets import (
    UnfoldAdminColorInputWidget,
    UnfoldAdminFileFieldWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from apps.brand import api as brand
from apps.kernel.errors import Invalid
from apps.media import api as media

_LARGEST_LOGO: Final = 2_000_000
_LONGER_SIDE: Final = 64


def _text(label: str, longest: int, *, help_text: str = "", required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=longest, required=required, help_text=help_text, widget=UnfoldAdminTextInputWidget
    )


class BrandForm(forms.Form):
    """Fields are named as in `brand.BrandInput`, so that its refusals stand beside them."""

    name = _text("Name of the shop", 60, required=True)
    tagline = _text("Tagline", 150, help_text="Half a sentence that follows the name in search results.")
    sender_name = _text("Sender of mails: name", 60, help_text="Empty: the name of the shop.")
    sender_address = _text(
        "Sender of mails: address", 254, help_text="Empty: the address the servers are configured with."
    )
    colour = forms.CharField(
        label="Brand colour", max_length=7, help_text="Buttons and marks.", widget=UnfoldAdminColorInputWidget
    )
    on_colour = forms.CharField(
        label="Colour on it", max_length=7, help_text="The words on a button.", widget=UnfoldAdminColorInputWidget
    )
    legal_footer = forms.CharField(
        label="Legal footer",
        max_length=1000,
        required=False,
        help_text="Company, address, register, tax number: below every page and mail.",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 5}),
    )
    logo = forms.FileField(
        label="Logo",
        required=False,
        help_text="PNG, JPEG, WebP, GIF or AVIF of at most 2 MB, at least 64 pixels wide or high; legible on light and dark.",
        widget=UnfoldAdminFileFieldWidget,
    )
    remove_logo = forms.BooleanField(
        label="Show the name instead of a logo", required=False, widget=UnfoldBooleanWidget
    )

    def __init__(self, *args: Any, now: brand.Brand, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._now = now.logo
        if self._now is None:
            del self.fields["remove_logo"]

    def clean_colour(self) -> str:
        return str(self.cleaned_data["colour"]).lower()

    def clean_on_colour(self) -> str:
        return str(self.cleaned_data["on_colour"]).lower()

    def clean_legal_footer(self) -> str:
        return str(self.cleaned_data["legal_footer"]).replace("\r\n", "\n")

    def clean_logo(self) -> Any:
        """Refuse a file that is too large before it is read."""
        file = self.cleaned_data["logo"]
        if file and file.size > _LARGEST_LOGO:
            raise forms.ValidationError(f"The file has {file.size:,} bytes; send at most {_LARGEST_LOGO:,}.")
        return file

    def save(self, *, actor: str) -> bool:
        """Settle the brand; where it is refused say why beside the fields, and return False."""
        given = {name: self.cleaned_data[name] for name in _SETTLED}
        try:
            brand.change_brand(brand=brand.BrandInput(**given, logo=self._logo()), actor=actor)
        except media.ImageRefused as error:
            self.add_error("logo", " ".join(fault.detail for fault in error.fields))
        except Invalid as error:
            for fault in error.fields:
                self.add_error(fault.field if fault.field in self.fields else None, fault.detail)
        return not self.errors

    def _logo(self) -> brand.Logo | None:
        file = self.cleaned_data["logo"]
        if not file:
            return None if self.cleaned_data.get("remove_logo") else self._now
        stored = media.store_image(content=file.read(), source="logo")
        if max(stored.width, stored.height) < _LONGER_SIDE:
            raise Invalid.field(
                "logo", "too_small", f"The picture is {stored.width} x {stored.height}; 64 pixels or more."
            )
        return brand.Logo(url=stored.url, width=stored.width, height=stored.height)


_SETTLED: Final = ("name", "tagline", "sender_name", "sender_address", "colour", "on_colour", "legal_footer")
