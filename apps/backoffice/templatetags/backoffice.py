"""How staff pages write signs, persons and values of a mapping."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from django import template
from django.utils.text import get_text_list

from apps.backoffice.models import Phase, ProductFile
from apps.inventory.contracts import Movement, MovementKind

register = template.Library()
_ACTORS: Final = {"": "the shop", "load_demo": "the demo catalogue"}
_HAPPENED: Final = {
    MovementKind.SET: "Counted or set anew",
    MovementKind.SHIPMENT: "Shipped",
    MovementKind.ADJUST: "Corrected",
    MovementKind.RECEIVE: "Received",
    MovementKind.TRANSFER: "Moved between warehouses",
}
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
    return _ACTORS.get(actor, actor)


@register.filter
def told_movement(movement: Movement) -> str:
    """Return a line of the ledger of stock as a sentence: what happened, who did it, and the reason they gave."""
    reason = movement.reason if movement.reason.lower() != movement.kind.value else ""
    return f"{_HAPPENED[movement.kind]} by {person(movement.actor)}{': ' if reason else ''}{reason}"


@register.filter
def words(value: str) -> str:
    """Return a status of the API as people write it."""
    return value.replace("_", " ")


def _several(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


@register.filter
def told_counts(file: ProductFile) -> str:
    """Return how many products a file created and changed, or would, what stays as it is and what was wrong."""
    counts = file.counts
    is_over = file.phase in (Phase.IMPORTING, Phase.DONE)
    created, changed = counts.get("created", 0), counts.get("updated", 0)
    told = [f"{created} created", f"{changed} changed"]
    if not is_over:
        told = [f"{created} would be created", f"{changed} would be changed"]
    told.append(f"{counts.get('unchanged', 0)} unchanged")
    told.append(f"{_several(counts.get('rejected', 0), 'product')} rejected")
    return f"{', '.join(told)}; {_several(counts.get('errors', 0), 'error')}."


@register.filter
def would_act(file: ProductFile) -> bool:
    """Return whether an import would do anything."""
    return any(file.counts.get(each) for each in ("created", "updated", "stock"))


@register.filter
def told_import(file: ProductFile) -> str:
    """Return what the button of an import says."""
    parts = [(verb, file.counts.get(key, 0)) for verb, key in (("create", "created"), ("change", "updated"))]
    told = [f"{verb} {_several(count, 'product')}" for verb, count in parts if count]
    return "Import: " + (get_text_list(told, "and") or f"set the stock of {_several(file.counts['stock'], 'product')}")


@register.filter
def as_would(outcome: str) -> str:
    """Return an outcome as a check tells it: nothing has happened yet."""
    return {"created": "would be created", "updated": "would be changed"}.get(outcome, outcome)
