"""How staff pages write signs, persons and values of a mapping."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from django import template

register = template.Library()
_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@register.filter
def signed(number: int) -> str:
    """Return a number with its sign, as a ledger has it."""
    return f"{number:+d}".replace("-", "\N{MINUS SIGN}")


@register.filter
def of_key(mapping: Mapping[Any, Any], key: object) -> Any:
    """Return the mapping's value, nothing where it has none."""
    return mapping.get(key, "")


@register.filter
def person(actor: str) -> str:
    """Return who did it in words: ledgers name staff by id, and the shop itself by nothing or by the part that acted."""
    if actor.startswith("staff:") or _ID.fullmatch(
        actor
    ):  # the bare id is how older entries of the ledger of stock name them
        return "staff"
    return actor or "the shop"


@register.filter
def words(value: str) -> str:
    """Return a status of the API as people write it."""
    return value.replace("_", " ")
