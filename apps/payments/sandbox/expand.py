"""`expand[]`: ids replaced by their objects on request (https://docs.stripe.com/api/expanding_objects)."""

from __future__ import annotations

from collections.abc import Iterable

from .errors import invalid
from .sessions import line_items
from .store import Json, Transaction, render

MAX_DEPTH = 4
_EXPANDABLE = {
    "payment_intent": {"latest_charge", "payment_method"},
    "charge": {"payment_intent", "refunds"},
    "refund": {"charge", "payment_intent"},
    "checkout.session": {"payment_intent", "line_items"},
}


def expanded(tx: Transaction, document: Json, paths: Iterable[str]) -> Json:
    """A rendered copy of `document` with every path of `paths` replaced by objects."""
    split = [path.split(".") for path in paths]
    for steps in split:
        if len(steps) > MAX_DEPTH:
            raise invalid(f"You cannot expand more than {MAX_DEPTH} levels of a property.", param="expand")
    return _expand(tx, document, split)


def _expand(tx: Transaction, document: Json, paths: list[list[str]]) -> Json:
    result = render(document)
    if result["object"] in {"list", "search_result"}:
        inner = [steps[1:] for steps in paths if steps[0] == "data"]
        result["data"] = [_expand(tx, item, [steps for steps in inner if steps]) for item in result["data"]]
        return result
    for head in dict.fromkeys(steps[0] for steps in paths):
        if head not in _EXPANDABLE.get(result["object"], set()):
            raise invalid(f"This property cannot be expanded ({head}).", param="expand")
        rest = [steps[1:] for steps in paths if steps[0] == head and steps[1:]]
        value = _value(tx, document, head)
        result[head] = None if value is None else _expand(tx, value, rest)
    return result


def _value(tx: Transaction, document: Json, name: str) -> Json | None:
    if name == "line_items":
        return line_items(document)
    if name == "refunds":
        data = tx.children("refund", document["id"])
        url = f"/v1/charges/{document['id']}/refunds"
        return {"object": "list", "url": url, "has_more": False, "data": data}
    reference = document[name]
    return None if reference is None else tx.find_any(reference)
