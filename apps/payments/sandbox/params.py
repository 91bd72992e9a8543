"""Request parameters: the bracketed form encoding, and reading them with Stripe's refusals."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any
from urllib.parse import urlsplit

from .currencies import SUPPORTED
from .errors import invalid, missing

_TRUE_FALSE = {"true": True, "false": False, "1": True, "0": False}
_UNSAFE_SCHEMES = {"javascript", "data", "vbscript", "file"}
MAX_AMOUNT = 99_999_999


def decode_form(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """`a[b][0][c]=v` as nested mappings, with lists where all keys are indices (or empty)."""
    tree: dict[str, Any] = {}
    for name, value in pairs:
        head, *rest = name.replace("]", "").split("[")
        node = tree
        for key in [head, *rest][:-1]:
            child = node.setdefault(key, {})
            if not isinstance(child, dict):
                raise invalid(f"Invalid parameter name: {name}", param=name)
            node = child
        last = [head, *rest][-1]
        node[last or str(len(node))] = value
    return {key: _as_lists(value) for key, value in tree.items()}


def _as_lists(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    values = {key: _as_lists(value) for key, value in node.items()}
    indices = [str(at) for at in range(len(values))]
    if values and set(values) == set(indices):
        return [values[at] for at in indices]
    return values


class Params:
    """Typed access to decoded parameters; every refusal names the parameter as the caller wrote it."""

    def __init__(self, values: dict[str, Any], *, prefix: str = "") -> None:
        self._values = values
        self._prefix = prefix

    def name(self, key: str) -> str:
        return f"{self._prefix}[{key}]" if self._prefix else key

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def reject_unknown(self, known: Collection[str]) -> None:
        for key in self._values:
            if key not in known and key != "expand":
                name = self.name(key)
                raise invalid(f"Received unknown parameter: {name}", param=name, code="parameter_unknown")

    def text(self, key: str) -> str | None:
        value = self._values.get(key)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            raise invalid("Invalid string", param=self.name(key))
        return value

    def required_text(self, key: str) -> str:
        value = self.text(key)
        if value is None:
            raise missing(self.name(key))
        return value

    def integer(self, key: str) -> int | None:
        value = self.text(key)
        if value is None:
            return None
        try:
            return int(value)
        except ValueError:
            raise invalid(
                f"Invalid integer: {value}",
                param=self.name(key),
                code="parameter_invalid_integer",
            ) from None

    def amount(self, key: str) -> int | None:
        """A positive amount in the currency's minor units."""
        value = self.integer(key)
        if value is None:
            return None
        if value < 1:
            raise invalid(
                "This value must be greater than or equal to 1.",
                param=self.name(key),
                code="parameter_invalid_integer",
            )
        if value > MAX_AMOUNT:
            raise invalid(
                f"Amount must be no more than {MAX_AMOUNT}",
                param=self.name(key),
                code="amount_too_large",
            )
        return value

    def required_amount(self, key: str) -> int:
        value = self.amount(key)
        if value is None:
            raise missing(self.name(key))
        return value

    def currency(self, key: str) -> str:
        value = self.required_text(key).lower()
        if value.upper() not in SUPPORTED:
            raise invalid(f"Invalid currency: {value}.", param=self.name(key))
        return value

    def boolean(self, key: str) -> bool:
        value = self.text(key)
        if value is None:
            return False
        if value not in _TRUE_FALSE:
            raise invalid(f"Invalid boolean: {value}", param=self.name(key))
        return _TRUE_FALSE[value]

    def choice(self, key: str, allowed: Collection[str]) -> str | None:
        value = self.text(key)
        if value is not None and value not in allowed:
            names = ", ".join(allowed)
            raise invalid(f"Invalid {key}: must be one of {names}", param=self.name(key))
        return value

    def url(self, key: str) -> str | None:
        """An absolute address; app schemes are welcome, script schemes are not."""
        value = self.text(key)
        if value is None:
            return None
        scheme = urlsplit(value).scheme
        if not scheme or scheme in _UNSAFE_SCHEMES:
            raise invalid(
                "Not a valid URL. URLs must include an explicit scheme (such as https) and are recommended to be valid.",
                param=self.name(key),
                code="url_invalid",
            )
        return value

    def raw(self) -> dict[str, Any]:
        return dict(self._values)

    def is_mapping(self, key: str) -> bool:
        return isinstance(self._values.get(key), dict)

    def mapping(self, key: str) -> Params:
        value = self._values.get(key) or {}
        if not isinstance(value, dict):
            raise invalid("Invalid object", param=self.name(key))
        return Params(value, prefix=self.name(key))

    def texts(self, key: str) -> list[str]:
        value = self._values.get(key) or []
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise invalid("Invalid array", param=self.name(key))
        return value

    def items(self, key: str) -> list[Params]:
        value = self._values.get(key) or []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise invalid("Invalid array", param=self.name(key))
        return [Params(item, prefix=f"{self.name(key)}[{at}]") for at, item in enumerate(value)]

    def metadata(self) -> dict[str, str]:
        """At most 50 keys of 40 characters with values of 500 (https://docs.stripe.com/api/metadata)."""
        value = self._values.get("metadata") or {}
        if isinstance(value, list):  # keys 0, 1, ... decode as a list
            value = {str(at): item for at, item in enumerate(value)}
        if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
            raise invalid("Invalid object", param=self.name("metadata"))
        if len(value) > 50:
            raise invalid("Metadata can have up to 50 keys", param=self.name("metadata"))
        for key, text in value.items():
            if len(key) > 40 or len(text) > 500:
                raise invalid(
                    f"Metadata '{key}' must have at most 40 characters and its value at most 500",
                    param=f"{self.name('metadata')}[{key}]",
                )
        return value
