"""An address as its country's post wants it on an envelope."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from apps.addressing.checking import find_region
from apps.addressing.rules import Rules, country_name, fold, is_latin, rules_of
from apps.kernel.address import Address

# Written in its own letters, a name of these countries begins with the family's.
_FAMILY_NAME_FIRST = frozenset("CN HK JP KP KR MO TW".split())


def write(address: Address) -> Iterator[str]:
    """Yield the lines of an envelope, the country's name last."""
    rules = rules_of(address.country)
    is_local = bool(rules.local_lines) and not is_latin(address.line1 + address.city)
    country = country_name(address.country)
    values = _values(address, rules, is_local=is_local)
    lines = rules.local_lines if is_local else rules.lines
    for line in lines:
        if written := _fill(line, values):
            yield from written.split("\n")
    if rest := _unwritten(values, "".join(lines), country):
        yield rest
    yield country


def _values(address: Address, rules: Rules, *, is_local: bool) -> dict[str, str]:
    names = [address.first_name, address.last_name]
    if is_local and address.country in _FAMILY_NAME_FIRST:
        names.reverse()
    region = rules.regions.get(find_region(address.region, rules))
    return {
        "N": " ".join(filter(None, names)),
        "A": "\n".join(filter(None, (address.line1, address.line2))),
        "Z": address.postal_code,
        "C": address.city,
        "S": (region.local_name if is_local else region.code) if region else address.region,
    }


def _fill(line: str, values: Mapping[str, str]) -> str:
    """Return a line of a format such as "%C, %S %Z", without the signs beside what is empty."""
    written, sign, begun = "", "", False
    for token in re.split("(%[A-Z])", line):
        if not token.startswith("%"):
            sign = token
            continue
        if value := values.get(token[1]):
            written += (sign if written or not begun else "") + value
        sign, begun = "", True
    return (written + sign if written or not begun else "").strip()


def _unwritten(values: Mapping[str, str], lines: str, country: str) -> str:
    """Return what the country's format has no place for: an address kept from elsewhere, or from before a rule, loses nothing."""
    written = {fold(country), *(fold(value) for letter, value in values.items() if f"%{letter}" in lines)}
    rest = (values[letter] for letter in "ZCS" if f"%{letter}" not in lines)
    return " ".join(value for value in rest if value and fold(value) not in written)
