"""Keyset pages: an opaque signed cursor holds the ordering values of a row; no offset, no total unless asked for."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

import orjson
from django.conf import settings
from django.db.models import Field, Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.encoding import escape_uri_path
from rest_framework.request import Request

from apps.kernel.errors import FieldError, Invalid
from apps.kernel.pages import Page
from apps.web.errors import ValidationFailed
from apps.web.json import dumps

M = TypeVar("M", bound=Model)
T = TypeVar("T")
DEFAULT_LIMIT: Final = 20
LARGEST_LIMIT: Final = 100
_MAC_BYTES: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class PageParams:
    """What a list request asks for: at most `limit` items from `cursor` on, and a total if `count`."""

    limit: int = DEFAULT_LIMIT
    cursor: str | None = None
    count: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """A decoded cursor: the ordering values of the row it stands at, and the direction to go from there."""

    values: tuple[Any, ...]
    backward: bool = False


def read_page_params(request: HttpRequest | Request) -> PageParams:
    """Return limit (1 to 100, default 20), cursor and count of a request; ValidationFailed names each wrong one."""
    query, faults = request.GET, []
    limit, count = query.get("limit", str(DEFAULT_LIMIT)), query.get("count", "false").lower()
    if not (limit.isascii() and limit.isdigit() and len(limit) <= 3 and 1 <= int(limit) <= LARGEST_LIMIT):
        detail = f"must be a whole number from 1 to {LARGEST_LIMIT}, not {limit[:50]!r}"
        faults.append(FieldError("limit", "invalid_limit", detail))
    if count not in ("true", "false"):
        faults.append(FieldError("count", "invalid_count", f"must be true or false, not {count[:50]!r}"))
    if faults:
        raise ValidationFailed(fields=faults)
    return PageParams(limit=int(limit), cursor=query.get("cursor") or None, count=count == "true")


def encode_cursor(values: Sequence[Any], *, scope: str, backward: bool = False) -> str:
    """Return an opaque cursor for the row with these ordering values (scalars, times, decimals, ids).

    `scope` names the list and its ordering; a cursor of another scope is refused.
    """
    payload = dumps([int(backward), *values])
    return base64.urlsafe_b64encode(_mac(payload, scope) + payload).rstrip(b"=").decode()


def decode_cursor(cursor: str, *, scope: str) -> Cursor:
    """Return what `encode_cursor` was given (times, decimals and ids as strings); raises Invalid on field cursor."""
    try:
        raw = base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        mac, payload = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
        if not hmac.compare_digest(mac, _mac(payload, scope)):
            raise ValueError("not signed for this list")
    except ValueError as error:
        detail = "is not a cursor of this list; take it from `next` or `previous`, or leave it out"
        raise Invalid.field("cursor", "invalid_cursor", detail) from error
    backward, *values = orjson.loads(payload)
    return Cursor(values=tuple(values), backward=bool(backward))


def _mac(payload: bytes, scope: str) -> bytes:
    return hmac.digest(_key(settings.SECRET_KEY), scope.encode() + b"\x1f" + payload, "sha256")[:_MAC_BYTES]


@cache
def _key(secret: str) -> bytes:
    return hashlib.sha256(b"apps.web.pagination:" + secret.encode()).digest()


def paginate(
    queryset: QuerySet[M], *, params: PageParams, map: Callable[[M], T], order: Sequence[str] = ("-id",)
) -> Page[T]:
    """Return one page of `queryset` in `order`, each row through `map`; one statement, two with `params.count`.

    `order` lists columns of the model itself ("-placed_at"), none of them nullable, the last one unique.
    """
    scope = f"{queryset.model._meta.label}:{','.join(order)}"
    cursor = decode_cursor(params.cursor, scope=scope) if params.cursor else None
    backward = cursor is not None and cursor.backward
    directed = [_reversed(name) for name in order] if backward else list(order)
    window = queryset.order_by(*directed)
    if cursor:
        window = window.filter(_after(queryset.model, directed, cursor.values))
    rows = list(window[: params.limit + 1])
    more, rows = len(rows) > params.limit, rows[: params.limit]
    if backward:
        rows.reverse()
    return Page(
        items=tuple(map(row) for row in rows),
        next_cursor=_cursor_at(rows[-1:], order, scope, backward=False) if more or backward else None,
        previous_cursor=_cursor_at(rows[:1], order, scope, backward=True) if (more if backward else cursor) else None,
        count=queryset.count() if params.count else None,
    )


def page_url(request: HttpRequest | Request, cursor: str | None) -> str | None:
    """Return the absolute URL (on API_URL) of this list at `cursor`, its other parameters kept; None without cursor."""
    if cursor is None:
        return None
    kept = [(name, value) for name in request.GET for value in request.GET.getlist(name) if name != "cursor"]
    return f"{settings.API_URL}{escape_uri_path(request.path)}?{urlencode([*kept, ('cursor', cursor)])}"


def _reversed(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _after(model: type[Model], order: Sequence[str], values: Sequence[Any]) -> Q:
    """Return the rows that come after `values` in `order`: on the first column that differs, the next one."""
    columns = [name.removeprefix("-") for name in order]
    typed = [_typed(model, column, value) for column, value in zip(columns, values, strict=True)]
    condition, equal = Q(), Q()
    for name, column, value in zip(order, columns, typed, strict=True):
        condition |= equal & Q(**{f"{column}__{'lt' if name.startswith('-') else 'gt'}": value})
        equal &= Q(**{column: value})
    # Implied by the rest, and the one range that an index on the first column can use.
    bound = f"{columns[0]}__{'lte' if order[0].startswith('-') else 'gte'}"
    return Q(**{bound: typed[0]}) & condition


def _typed(model: type[Model], column: str, value: Any) -> Any:
    field = model._meta.get_field(column)
    return field.to_python(value) if isinstance(field, Field) else value


def _cursor_at(rows: Sequence[Model], order: Sequence[str], scope: str, *, backward: bool) -> str | None:
    if not rows:
        return None
    return encode_cursor([getattr(rows[0], name.removeprefix("-")) for name in order], scope=scope, backward=backward)
