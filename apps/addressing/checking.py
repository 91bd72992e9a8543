"""Whether an address is one of its country, and how the country spells it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from apps.addressing.contracts import AddressField
from apps.addressing.rules import LONGEST, Rules, fold, rules_of
from apps.kernel.address import Address
from apps.kernel.countries import COUNTRIES
from apps.kernel.errors import FieldError
from apps.kernel.text import is_blank, is_one_line, quoted

Fault = tuple[str, str]  # code and detail
_SHOWN: Final = 20  # of a wrong value, in characters
_SEPARATORS: Final = re.compile(r"[\s\-\u2010-\u2015\u2212]+")
_ARTICLE: Final = re.compile(r"^United |(lands|Republic|Philippines|Bahamas)$")
_BLANK: Final = {
    "first_name": _lazy("Enter the first name."),
    "last_name": _lazy("Enter the last name."),
    "line1": _lazy("Enter the street and the number."),
}


def normalise(address: Address) -> Address:
    """Return the address with postal code and region as its country spells them."""
    rules = rules_of(address.country)
    return replace(
        address,
        postal_code=_normalise_postal_code(address.postal_code, rules),
        region=find_region(address.region, rules) or address.region,
    )


def find_region(text: str, rules: Rules) -> str:
    """Return the code of the region that a text names, as its code, its name or "US-CA"; empty where it names none."""
    plain = fold(text)
    prefix = f"{rules.format.country.code.lower()}-"
    return rules.spellings.get(plain) or rules.spellings.get(plain.removeprefix(prefix), "")


def _normalise_postal_code(text: str, rules: Rules) -> str:
    """Return a postal code with its country's case, spaces and hyphens; as it is where it fits none of the country's shapes."""
    if rules.postal_code is None or not is_one_line(text):
        return text
    given = " ".join(_plain_digits(text).upper().split())
    for typed in (given, _without_prefix(given, rules.postal_prefix)):
        compact = _SEPARATORS.sub("", typed)
        for spelt in (*_like_examples(compact, rules.postal_examples), typed, compact):
            if rules.postal_code.fullmatch(spelt):
                return spelt
    return text


def _without_prefix(text: str, prefix: str) -> str:
    """Return "1234" for "L-1234", "L 1234" and "L1234" where the post writes "L-" before its codes."""
    return text.removeprefix(prefix.rstrip("-")).lstrip(" -")


def _plain_digits(text: str) -> str:
    """Return full-width letters and the digits of every script as ASCII."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(str(unicodedata.decimal(each)) if each.isdecimal() else each for each in plain)


def _like_examples(compact: str, examples: tuple[str, ...]) -> Iterator[str]:
    """Yield a code written together with the space or hyphen of each example as long as it."""
    for example in examples:
        found = _SEPARATORS.search(example)
        if found and len(_SEPARATORS.sub("", example)) == len(compact):
            yield f"{compact[: found.start()]}{found.group()}{compact[found.start() :]}"


def find_faults(address: Address, *, prefix: str) -> Iterator[FieldError]:
    """Yield the first fault of each field."""
    rules = rules_of(address.country)
    fields = {field.name: field for field in rules.format.fields}
    for name in LONGEST:
        value = getattr(address, name)
        fault = _text_fault(value, longest=LONGEST[name]) if name != "country" else _country_fault(value)
        if fault is None and name in fields:
            fault = _field_fault(value, fields[name], rules)
        if fault:
            yield FieldError(f"{prefix}{name}", *fault)


def _text_fault(value: str, *, longest: int) -> Fault | None:
    if not is_one_line(value):
        return "control_character", _("This is one line of text, without control characters.")
    if len(value) > longest:
        return "too_long", _("At most %(most)s characters fit, not %(count)s.") % {"most": longest, "count": len(value)}
    return None


def _country_fault(value: str) -> Fault | None:
    if value in COUNTRIES:
        return None
    if is_blank(value):
        return "required", _("Choose a country.")
    told = _("“%(given)s” is not an ISO 3166-1 alpha-2 code in upper case; use one such as DE.")
    return "unknown_country", told % {"given": quoted(value, most=_SHOWN)}


def _field_fault(value: str, field: AddressField, rules: Rules) -> Fault | None:
    if is_blank(value):
        return ("required", _blank(field, rules)) if field.required or value else None
    find = _FIND.get(field.name)
    return find(value, rules) if find else None


def _blank(field: AddressField, rules: Rules) -> str:
    if not field.required:
        return _("This shows nothing; write it out, or leave it empty.")
    if field.name in _BLANK:
        return str(_BLANK[field.name])
    told = _("Choose the %(field)s.") if field.choices else _("Enter the %(field)s.")
    return told % {"field": rules.nouns[field.name]}


def _postal_code_fault(value: str, rules: Rules) -> Fault | None:
    if rules.postal_code is None or rules.postal_code.fullmatch(value):
        return None
    told = _("“%(given)s” is not %(field)s of %(country)s; use one like %(example)s.")
    return "invalid_postal_code", told % {**_wrong(value, "postal_code", rules), "example": rules.postal_examples[0]}


def _region_fault(value: str, rules: Rules) -> Fault | None:
    if not rules.regions or value in rules.regions:
        return None
    told = _("“%(given)s” is not %(field)s of %(country)s; use one such as %(some)s (all of them: %(where)s).")
    listed = {"some": ", ".join(list(rules.regions)[:3]), "where": f"/countries/{rules.format.country.code}"}
    return "unknown_region", told % {**_wrong(value, "region", rules), **listed}


def _wrong(value: str, name: str, rules: Rules) -> dict[str, str]:
    noun, country = rules.nouns[name], rules.format.country.name
    if get_language() in (None, "en"):
        noun = f"{'an' if noun[0] in 'aeiouE' else 'a'} {noun}"
        country = f"the {country}" if _ARTICLE.search(country) else country
    return {"given": quoted(value, most=_SHOWN), "field": noun, "country": country}


_FIND: Final[dict[str, Callable[[str, Rules], Fault | None]]] = {
    "postal_code": _postal_code_fault,
    "region": _region_fault,
}
