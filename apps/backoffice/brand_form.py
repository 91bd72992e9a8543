"""The form of the shop's name, sender, logo, colours and legal footer."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.conf import settings
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
from apps.web.forms import LinesField

_LARGEST_LOGO: Final = 2_000_000
_LONGER_SIDE: Final = 64


def _text(label: str, longest: int, *, help_text: str = "", required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=longest, required=required, help_text=help_text, widget=UnfoldAdminTextInputWidget
    )


def _footer(label: str, *, help_text: str = "") -> forms.CharField:
    return LinesField(
        label=label,
        max_length=1000,
        required=False,
        help_text=help_text,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 5}),
    )


def _other_languages() -> list[tuple[str, str]]:
    return [(code, name) for code, name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]


class BrandForm(forms.Form):
    """Fields are named as in `brand.BrandInput`, so that its refusals stand beside them."""

    name = _text("Name of the shop", 60, required=True)
    tagline = _text(
        "Tagline",
        150,
        help_text="Half a sentence that follows the name, at the foot of every page and in search results.",
    )
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
    legal_footer = _footer(
        "Legal footer", help_text="Company, address, register, tax number: below every page and mail."
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
        others = _other_languages()
        for language, name in others:
            told = now.settled.translations.get(language, {})
            self.fields[f"tagline_{language}"] = _text(f"Tagline in {name}", 150)
            self.fields[f"legal_footer_{language}"] = _footer(f"Legal footer in {name}")
            for text in brand.TRANSLATED:
                field = self.fields[f"{text}_{language}"]
                field.initial = told.get(text, "")
                field.widget.attrs["placeholder"] = getattr(now.settled, text)
        # Each translation stands behind what it translates.
        self.order_fields(
            [each for name in self.base_fields for each in (name, *(f"{name}_{code}" for code, _ in others))]
        )
        if self._now is None:
            del self.fields["remove_logo"]

    def clean_colour(self) -> str:
        return str(self.cleaned_data["colour"]).lower()

    def clean_on_colour(self) -> str:
        return str(self.cleaned_data["on_colour"]).lower()

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
            settled = brand.BrandInput(**given, logo=self._logo(), translations=self._translations())
            brand.change_brand(brand=settled, actor=actor)
        except media.ImageRefused as error:
            self.add_error("logo", " ".join(fault.detail for fault in error.fields))
        except Invalid as error:
            for fault in error.fields:
                _, language, name = fault.field.split(".") if fault.field.count(".") == 2 else ("", "", fault.field)
                field = f"{name}_{language}" if language else name
                self.add_error(field if field in self.fields else None, fault.detail)
        return not self.errors

    def _translations(self) -> dict[str, dict[str, str]]:
        return {
            language: {text: self.cleaned_data[f"{text}_{language}"] for text in brand.TRANSLATED}
            for language, _ in _other_languages()
        }

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
