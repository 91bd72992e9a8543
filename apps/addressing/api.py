"""Published interface of addressing: the fields, rules and envelopes of every country's addresses."""

from __future__ import annotations

from apps.addressing import checking, envelopes, rules
from apps.addressing.contracts import AddressField, AddressFormat, Country, Region
from apps.addressing.errors import UnknownCountry
from apps.kernel.address import Address
from apps.kernel.countries import COUNTRIES
from apps.kernel.errors import FieldError

__all__ = [
    "AddressField",
    "AddressFormat",
    "Country",
    "Region",
    "UnknownCountry",
    "country_name",
    "find_address_faults",
    "get_address_format",
    "list_countries",
    "normalise_address",
    "write_envelope",
]


def list_countries() -> tuple[Country, ...]:
    """Return every country that an address may be in, by its name in the active language."""
    return rules.list_countries()


def country_name(*, code: str) -> str:
    """Return a country's name in the active language: "Germany" for "DE"; a code that is none stays as it is."""
    return rules.country_name(code)


def get_address_format(*, country: str) -> AddressFormat:
    """Return which fields an address has in a country (ISO 3166-1 alpha-2, upper case), in its order, named in the active language.

    Raises UnknownCountry.
    """
    if country not in COUNTRIES:
        raise UnknownCountry(f"{country[:20]!r} is not an ISO 3166-1 alpha-2 code in upper case; use one such as DE.")
    return rules.rules_of(country).format


def normalise_address(*, address: Address) -> Address:
    """Return an address with postal code and region in their country's spelling: "sw1a1aa" becomes "SW1A 1AA", "california" "CA".

    What the country's rules do not know stays as it was given; nothing is refused.
    """
    return checking.normalise(address)


def find_address_faults(*, address: Address, prefix: str = "") -> tuple[FieldError, ...]:
    """Return what is wrong with a normalised address, at most one fault a field, `prefix` before each field's name.

    Codes: `required`, `too_long` (names, city, region 100 characters; lines 200; postal code 20; phone 40), `control_character`,
    `unknown_country`, `invalid_postal_code`, `unknown_region`. A field that the country does not have may hold anything: nobody is refused
    for a postal code of "000000" where there are none.
    """
    return tuple(checking.find_faults(address, prefix=prefix))


def write_envelope(*, address: Address) -> tuple[str, ...]:
    """Return an address as on an envelope in its country's order, without empty lines; last the country's name in the active language.

    In the country's own letters where it was written in them. Any stored address can be written, also one that today's rules refuse.
    """
    return tuple(envelopes.write(address))
