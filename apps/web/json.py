"""JSON in and out through orjson: what goes in is checked once, what comes out knows the kernel's types."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

import orjson
from django.conf import settings
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

from apps.kernel import codec
from apps.kernel.errors import FieldError
from apps.web.errors import BodyTooLarge, MalformedBody, ValidationFailed

JSON_TYPE: Final = "application/json"
# No body of ours is deeper; what walks a value recursively stops with an error of its own at a depth of some hundreds.
_DEEPEST: Final = 32
# Instants go through the kernel's codec, so that every one ends in Z.
_OPTIONS: Final = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_NON_STR_KEYS


def dumps(value: object) -> bytes:
    """Return contracts, dicts, lists and scalars as UTF-8 JSON: the same members as `kernel.codec.encode` gives."""
    return orjson.dumps(value, default=_encode, option=_OPTIONS)


def _encode(value: object) -> Any:
    return codec.format_time(value) if isinstance(value, datetime) else codec.encode(value)


def loads(body: bytes) -> Any:
    """Return the value of a JSON document.

    Raises MalformedBody where it is not UTF-8 JSON or nested more than 32 deep, ValidationFailed (naming the fields) where a
    string holds NUL, which no text column of PostgreSQL can store.
    """
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise MalformedBody(f"The body is not valid JSON in UTF-8: {error}.") from error
    if body.count(b"[") + body.count(b"{") > _DEEPEST:
        _refuse_depth(value)
    if b"\\u0000" in body:
        _refuse_nul(value)
    return value


def _refuse_depth(value: Any) -> None:
    level = [value]
    for _ in range(_DEEPEST + 1):
        level = [inner for each in level for inner in _inner(each)]
    if level:
        raise MalformedBody(f"The body is nested more than {_DEEPEST} deep.")


def _inner(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _refuse_nul(value: Any) -> None:
    detail = "must not contain the NUL character (\\u0000)"
    if faults := [FieldError(path, "null_characters_not_allowed", detail) for path in _nul_paths(value, "")]:
        raise ValidationFailed(fields=faults)


def _nul_paths(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, str) and "\x00" in value:
        yield path or "body"
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _nul_paths(item, f"{path}.{index}".lstrip("."))
    elif isinstance(value, dict):
        for name, item in value.items():
            inner = f"{path}.{name}".lstrip(".").replace("\x00", "\\u0000")
            if "\x00" in name:
                yield inner
            yield from _nul_paths(item, inner)


class JSONParser(BaseParser):
    """Reads a JSON body of at most DATA_UPLOAD_MAX_MEMORY_SIZE bytes."""

    media_type = JSON_TYPE

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        """Return the parsed body; raises BodyTooLarge, MalformedBody or ValidationFailed."""
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise BodyTooLarge(f"The body is larger than {limit} bytes.")
        return loads(body)


class JSONRenderer(BaseRenderer):
    """Writes JSON: for the few answers that go through DRF's own Response."""

    media_type = JSON_TYPE
    format = "json"
    charset = None
    render_style = "binary"

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        """Return `data` as bytes."""
        return b"" if data is None else dumps(data)
