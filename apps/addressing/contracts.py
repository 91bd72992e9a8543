"""What addresses look like, country by country."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """A country by its ISO 3166-1 alpha-2 code, and its name for people."""

    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A state, province, prefecture: `code` is what an address keeps and a Latin envelope shows, `name` what people choose by."""

    code: str
    name: str
    local_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressField:
    """One field of a country's form. `name` is the member of `kernel.Address` that it fills.

    `autocomplete` is the token of the HTML standard. `pattern` is a regular expression of the whole value in its usual spelling, with
    `example` a value that fits; both are empty where anything goes. Where there are `choices`, one of their codes or names is taken.
    """

    name: str
    label: str
    required: bool
    autocomplete: str
    max_length: int
    pattern: str = ""
    example: str = ""
    choices: tuple[Region, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressFormat:
    """The form of a country's addresses: rows of fields in the country's own order, names first, phone last, without the country."""

    country: Country
    rows: tuple[tuple[AddressField, ...], ...]

    @property
    def fields(self) -> tuple[AddressField, ...]:
        """Return the fields in order, without their rows."""
        return tuple(field for row in self.rows for field in row)
