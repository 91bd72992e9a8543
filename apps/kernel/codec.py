"""Frozen dataclasses to JSON-ready values and back, by their annotations.

Money is `{"amount": "12.90", "currency": "EUR"}`, times are RFC 3339 in UTC with `Z`, ids and decimals are strings.
Decoding ignores members it does not know and takes a field's default for members that are absent, so that old and new
shapes read each other.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, TypeVar, cast
from uuid import UUID

from apps.kernel.money import Money

T = TypeVar("T")
JSON = Any


class CodecError(ValueError):
    """The value does not fit the annotation; the message names the path and both."""


def encode(value: object) -> JSON:
    """Return `value` as dicts, lists, strings, numbers, booleans and None."""
    encoder = _ENCODERS.get(type(value)) or _find_encoder(type(value))
    return encoder(value)


def _find_encoder(kind: type) -> Callable[[Any], JSON]:
    """Return how values of this class are encoded, and remember it."""
    return _ENCODERS.setdefault(kind, _choose_encoder(kind))


def _choose_encoder(kind: type) -> Callable[[Any], JSON]:
    if issubclass(kind, Enum):
        return lambda member: encode(member.value)
    if issubclass(kind, bool | int | float | str):
        return _as_it_is
    if is_dataclass(kind):
        names = tuple(field.name for field in fields(kind))
        return lambda value: {name: encode(getattr(value, name)) for name in names}
    if issubclass(kind, Mapping):
        return lambda mapping: {str(encode(key)): encode(item) for key, item in mapping.items()}
    if issubclass(kind, Sequence | set | frozenset):
        return lambda items: [encode(item) for item in items]
    raise CodecError(f"cannot encode {kind.__name__}")


def _as_it_is(value: JSON) -> JSON:
    return value


def format_time(moment: datetime) -> str:
    """Return RFC 3339 in UTC with `Z`; a naive datetime is refused."""
    if moment.tzinfo is None:
        raise CodecError("a naive datetime has no place on the wire; pass an aware one")
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


_ENCODERS: dict[type, Callable[[Any], JSON]] = {
    type(None): _as_it_is,
    UUID: str,
    Decimal: lambda value: format(value, "f"),
    datetime: format_time,
    date: date.isoformat,
    Money: lambda value: {"amount": format(value.amount, "f"), "currency": value.currency},
}


def decode(kind: type[T], value: JSON) -> T:
    """Build a `kind` from what `encode` made of one; CodecError names the path that does not fit."""
    return cast(T, _decode(kind, value, kind.__name__))


def _decode(kind: Any, value: JSON, path: str) -> Any:
    decoder = _SCALAR_DECODERS.get(kind)
    if decoder is None and (origin := typing.get_origin(kind)) is not None:
        return _decode_generic(origin, typing.get_args(kind), value, path)
    if kind is Any or kind is object:
        return value
    try:
        if decoder:
            return decoder(value)
        if isinstance(kind, type) and issubclass(kind, Enum):
            return kind(value)
    except (ValueError, TypeError, KeyError, ArithmeticError) as error:
        raise CodecError(f"{path}: {value!r} is not a {kind.__name__} ({error})") from error
    if is_dataclass(kind):
        return _decode_dataclass(cast(type, kind), value, path)
    raise CodecError(f"{path}: no decoder for {kind!r}")


def _decode_generic(origin: Any, arguments: tuple[Any, ...], value: JSON, path: str) -> Any:
    if origin in (typing.Union, types.UnionType):
        if value is None and type(None) in arguments:
            return None
        (kind,) = (argument for argument in arguments if argument is not type(None))
        return _decode(kind, value, path)
    if origin is tuple and isinstance(value, list):
        return tuple(_decode(arguments[0], item, f"{path}[{i}]") for i, item in enumerate(value))
    if issubclass(origin, Mapping) and isinstance(value, dict):
        return {_decode(arguments[0], k, path): _decode(arguments[1], v, f"{path}.{k}") for k, v in value.items()}
    raise CodecError(f"{path}: {value!r} does not fit {origin.__name__}")


def _decode_dataclass(kind: type, value: JSON, path: str) -> Any:
    if not isinstance(value, dict):
        raise CodecError(f"{path}: {value!r} is not an object")
    arguments: dict[str, Any] = {}
    for field, annotation in _annotated_fields(kind):
        if field.name in value:
            arguments[field.name] = _decode(annotation, value[field.name], f"{path}.{field.name}")
        elif field.default is MISSING and field.default_factory is MISSING:
            raise CodecError(f"{path}.{field.name} is missing")
    return kind(**arguments)


@cache
def _annotated_fields(kind: Any) -> tuple[tuple[Field[Any], Any], ...]:
    hints = typing.get_type_hints(kind)
    return tuple((field, hints[field.name]) for field in fields(kind))


def _exactly(kind: type) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if type(value) is not kind:
            raise TypeError(f"expected {kind.__name__}")
        return value

    return check


def _decode_time(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("no offset from UTC")
    return moment


_SCALAR_DECODERS: dict[Any, Callable[[Any], Any]] = {
    str: _exactly(str),
    int: _exactly(int),
    bool: _exactly(bool),
    float: float,
    type(None): lambda value: value,
    UUID: UUID,
    Decimal: Decimal,
    datetime: _decode_time,
    date: date.fromisoformat,
    Money: lambda value: Money(Decimal(value["amount"]), value["currency"]),
}
