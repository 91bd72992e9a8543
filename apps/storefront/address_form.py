"""The fields of an address, as the country that is chosen has them: read from a form, and drawn with what was typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from apps.addressing import api as addressing
from apps.kernel.address import Address

FIELDS: Final = Address.__slots__
# The button that draws the fields of another country where no script does it; nothing is saved or refused.
REDRAW: Final = "fields"
_LONGEST: Final = 2000
_HINTS: Final = {"phone": _lazy("Only if the parcel cannot be delivered.")}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownField:
    """A field with what is in it; `size` is its share of the row, for the stylesheet."""

    field: addressing.AddressField
    value: str
    fault: str
    hint: str
    size: str

    @property
    def optional(self) -> bool:
        """Return whether the label says that it may stay empty."""
        return not self.field.required

    @property
    def type(self) -> str:
        """Return the type of the input, by which a phone chooses its keyboard."""
        return "tel" if self.field.name == "phone" else "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressForm:
    """The chosen country with its fields. `kept` holds what was typed into fields that it does not have, for the way back."""

    country: str
    countries: tuple[addressing.Country, ...]
    fields: tuple[ShownField, ...]
    kept: tuple[tuple[str, str], ...]


def read(post: Mapping[str, Any]) -> Address:
    """Return the address of a form as it was typed, without what its country has no field for."""
    typed = _typed(post)
    try:
        format_ = addressing.get_address_format(country=typed["country"])
    except addressing.UnknownCountry:
        return Address(**typed)
    names = {"country", *(field.name for field in format_.fields)}
    return Address(**{name: value if name in names else "" for name, value in typed.items()})


def draw(given: Mapping[str, Any], *, faults: Mapping[str, str], country: str) -> AddressForm:
    """Return the form with what was `given`; `country` is the one to begin with where that names none there is."""
    typed = _typed(given)
    try:
        format_ = addressing.get_address_format(country=typed["country"])
    except addressing.UnknownCountry:
        format_ = addressing.get_address_format(country=country)
    region = addressing.normalise_address(address=Address(**{**typed, "country": format_.country.code})).region
    values = {**typed, "region": region}
    names = {"country", *(field.name for field in format_.fields)}
    return AddressForm(
        country=format_.country.code,
        countries=addressing.list_countries(),
        fields=tuple(_shown(format_, values, faults)),
        kept=tuple((name, value) for name, value in typed.items() if value and name not in names),
    )


def _typed(given: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(given.get(name, "")).replace("\x00", "").strip()[:_LONGEST] for name in FIELDS}


def _shown(
    format_: addressing.AddressFormat, values: Mapping[str, str], faults: Mapping[str, str]
) -> Iterator[ShownField]:
    for row in format_.rows:
        for field in row:
            yield ShownField(
                field=field,
                value=values[field.name],
                fault=faults.get(field.name, ""),
                hint=_("For example %(example)s.") % {"example": field.example}
                if field.example
                else str(_HINTS.get(field.name, "")),
                size=_size(field.name, len(row), any(each.name == "postal_code" for each in row)),
            )


def _size(name: str, together: int, with_postal_code: bool) -> str:
    if together == 1:
        return ""
    if together == 2 and not with_postal_code:
        return "half"
    return "third" if together > 2 or name == "postal_code" else "rest"
