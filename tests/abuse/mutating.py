"""How a good request is made a bad one: fields, types, sizes, encodings, headers, tokens, methods and ids."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

from tests.abuse.sending import Request

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_NUMBERS: tuple[Any, ...] = (0, -1, 1, 2, 999, 1000, 1.5, 1e308, float("nan"), 10**9, 2**31, 2**63, 10**30, -(10**30))
_WORDS: tuple[Any, ...] = (
    "", " ", "0", "1", "-1", "1e3", "٣", "NaN", "null", "true", "a\x00b", "\ud800", "🧥", "\u202etxt", "ﬀ", "é", "e\u0301",
    "x" * 300, "x" * 70_000, "<script>alert(1)</script>", "' OR 1=1 --", "../../etc/passwd", "%00", "{{7*7}}", "a@b", "a@b.example",
    str(uuid.UUID(int=0)), str(uuid.UUID(int=7)).upper(), "stripe", "manual", "paypal", "DE", "de", "XX", "EUR", "eur", "JPY",
    "https://evil.example/", "//evil.example", "javascript:alert(1)", "http://testserver/back", "http://testserver\\@evil.example",
    "pm_card_visa", "pm_card_visa_chargeDeclined", "2026-13-45", "9999-12-31T23:59:59Z",
)  # fmt: skip
_SHAPES: tuple[Any, ...] = (None, True, False, [], {}, [[]], {"a": {}}, [None], ["x"] * 600, {"": ""}, {"id": "x"})
_MONEY: tuple[Any, ...] = tuple(
    {"amount": amount, "currency": currency}
    for amount in ("0", "-1.00", "0.01", "0.001", "99999999999999.99", "1e3", "12,90", "", 12.9, None)
    for currency in ("EUR", "eur", "JPY", "XXX", "")
)
_BODIES = (
    b"", b"{", b"[]", b"null", b"true", b"0", b'""', b"\xff\xfe", b"\x00", b'{"a": NaN}', b'{"quantity": 1e999}', b"{}" * 2,
    b"\xef\xbb\xbf{}", '{"email": "ä"}'.encode("latin-1"), "{}".encode("utf-16"), b'{"a":' * 40 + b"1" + b"}" * 40,
    b"[" * 2000, b'{"quantity": ' + b"9" * 5000 + b"}", b'{"variant_id": "\\ud800"}', b"a=b&c=d", b" " * 3_000_000,
    b'{"__proto__": {"x": 1}}', b'{"quantity": 1, "quantity": 2}',
)  # fmt: skip
_CONTENT_TYPES = (
    "text/plain", "", "application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data; boundary=x", "application/xml",
    "application/json; charset=utf-16", "application/json; charset=nonsense", "application/json;" * 50, "json", "*/*", "ä/ö",
    "APPLICATION/JSON", "application/problem+json",
)  # fmt: skip
_HEADERS = {
    "Idempotency-Key": ("", " ", "k", "k" * 255, "k" * 256, "a b", "ä", "key,key", "'; --", "\t"),
    "If-Match": (
        "*", "", '"1"', '"2"', "1", 'W/"1"', '"1", "2"', '"0"', '"-1"', '"99999999999999999999"', '"1.x"', "x", "ä", ",", '"', '"1',
        '"' + "x" * 5000 + '"', "*, *", '"٣"',
    ),
    "Accept-Language": ("", "de", "xx", "de;q=x", "*", "ar", "a" * 500, "de-AT-1996;q=0.9," * 300, "../..", "ä", "zz-ZZ,de;q=0"),
    "Accept": ("text/html", "", "image/*", "application/xml;q=1", "x" * 1000, "ä"),
    "Authorization": ("Bearer", "Bearer ", "Bearer x", "Basic YTpi", "bearer a.b.c", "Bearer " + "x" * 5000, "x", "Bearer ä.ö.ü"),
    "Cart-Token": ("", " ", "x", "x" * 5000, "a:b:c", "ä", '""', "null"),
    "Order-Token": ("", " ", "x", "x" * 5000, "a:b:c", "ä", '""', "null"),
    "If-None-Match": ("*", '"1"', "", "x", "ä", 'W/"1", "2"'),
    "X-Request-ID": ("", "x" * 500, "ä", "a b", "1"),
    "Host": ("evil.example", "", "testserver:99999", "testserver@evil.example", "[::1", "ä"),
    "X-Forwarded-For": ("1.2.3.4", "x", "", "::1, ::2", "ä", "," * 50),
    "X-HTTP-Method-Override": ("DELETE",),
    "Content-Encoding": ("gzip", "x"),
    "Expect": ("100-continue",),
    "Cookie": ("sessionid=x; csrftoken=y", "=", "ä=ö", "a=b;" * 500),
}  # fmt: skip
_QUERIES = (
    "currency=XXX", "currency=", "currency=JPY", "currency=eur", "currency=%00", "currency=EUR&currency=USD", "limit=0", "limit=-1",
    "limit=99999999999999999999", "limit=x", "cursor=x", "cursor=%00", "cursor=" + "x" * 3000, "count=maybe", "q=%F0%28%8C%28", "%", "&&&=",
    "status=chaos", "placed_after=9999-99-99", "format=xml", "a=b" * 1000,
)  # fmt: skip
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "QUERY", "get")
_SEGMENTS = (
    "0",
    "-1",
    "x",
    "%00",
    "..",
    "%2e%2e",
    "null",
    "ä",
    "%ff",
    str(uuid.UUID(int=0)),
    "x" * 300,
    "1e3",
    " ",
    "%20",
    ";",
    "%0a",
)


def junk(rng: Random) -> Any:
    """Return a value that hardly any field is made for."""
    made = (rng.randint(-(2**70), 2**70), rng.uniform(-1e6, 1e6), text(rng, 40, highest=0x10FFFF))
    return rng.choice(
        (rng.choice(_NUMBERS), rng.choice(_WORDS), rng.choice(_SHAPES), rng.choice(_MONEY), rng.choice(made))
    )


def text(rng: Random, longest: int, *, highest: int) -> str:
    """Return any characters up to a code point, surrogates too."""
    return "".join(chr(rng.randint(32, highest)) for _ in range(rng.randint(0, longest)))


def mutate(request: Request, *, rng: Random, foreign: Sequence[str], tokens: Sequence[tuple[str, str]]) -> Request:
    """Return the request with one to three things changed; `foreign` are ids and `tokens` headers that belong to somebody."""
    for _ in range(rng.randint(1, 3)):
        change = rng.choice(_CHANGES)
        request = change(request, rng, foreign, tokens)
    return request


def _field(request: Request, rng: Random, foreign: Sequence[str], tokens: Sequence[tuple[str, str]]) -> Request:
    """Another value in a field, the field gone, or one that nobody knows."""
    if not isinstance(request.body, dict):
        return replace(request, body=junk(rng))
    body = json.loads(json.dumps(request.body))
    paths = list(_paths(body))
    holder, name = rng.choice(paths) if paths else (body, "unknown")
    match rng.choice(("junk", "junk", "junk", "foreign", "drop", "unknown", "case")):
        case "junk":
            holder[name] = junk(rng)
        case "foreign" if foreign:
            holder[name] = rng.choice(foreign)
        case "drop":
            holder.pop(name, None)
        case "case":
            holder[name.upper()] = holder.pop(name, None)
        case _:
            holder[rng.choice(("amount", "price", "total", "discount", "status", "customer_id", "id", "💥"))] = junk(
                rng
            )
    return replace(request, body=body)


def _paths(body: dict[str, Any]) -> list[tuple[dict[str, Any], str]]:
    found = [(body, name) for name in body]
    return found + [path for value in body.values() if isinstance(value, dict) for path in _paths(value)]


def _body(request: Request, rng: Random, foreign: Sequence[str], tokens: Sequence[tuple[str, str]]) -> Request:
    return replace(request, body=rng.choice((*_BODIES, rng.randbytes(60))))


def _encoding(request: Request, rng: Random, foreign: Sequence[str], tokens: Sequence[tuple[str, str]]) -> Request:
    encoding = rng.choice(("utf-16", "utf-32", "utf-8-sig", "latin-1", "cp037"))
    return replace(request, body=request.content.decode("utf-8", "replace").encode(encoding, "replace"))


def _content_type(request: Request, rng: Random, foreign: Sequence[str], tokens: Sequence[tuple[str, str]]) -> Request:
    return replace(request, content_type=rng.choice(_CONTENT_TYPES))


def _header(request: Request, rng: Random, foreign: Sequence[str], tokens: Sequence[tuple[str, str]]) -> Request:
    name = rng.choice(sorted(_HEADERS))
    value = rng.choice((*_HEADERS[name], text(rng, 30, highest=255)))
    return replace(request, headers={**request.headers, name: value})


def _without_header(
    request: Request, rng: Random, foreign: Sequence[str], tokens: Sequence[tuple[str, str]]
) -> Request:
    names = sorted(request.headers)
    gone = rng.choice(names) if names else ""
    return replace(request, headers={name: value for name, value in request.headers.items() if name != gone})


def _token(request: Request, rng: Random, foreign: Sequence[str], tokens: Sequence[tuple[str, str]]) -> Request:
    """Somebody else's token, one for another purpose, or one that was tampered with."""
    if not tokens:
        return request
    name, value = rng.choice(tokens)
    match rng.choice(("foreign", "purpose", "cut", "flipped")):
        case "purpose":
            name = rng.choice(("Cart-Token", "Order-Token", "Authorization"))
        case "cut":
            value = value[: rng.randint(0, len(value))]
        case "flipped":
            value = value.swapcase()
    return replace(request, headers={**request.headers, name: value})


def _path(request: Request, rng: Random, foreign: Sequence[str], tokens: Sequence[tuple[str, str]]) -> Request:
    if _UUID.search(request.path):
        other = rng.choice((*_SEGMENTS, *foreign))
        return replace(request, path=_UUID.sub(lambda _: other, request.path, count=1))
    return replace(request, path=request.path + rng.choice(("/", "//", "/x", "%00", "%ff", ";x", "/..", ".")))


def _query(request: Request, rng: Random, foreign: Sequence[str], tokens: Sequence[tuple[str, str]]) -> Request:
    joint = "&" if "?" in request.path else "?"
    return replace(request, path=request.path + joint + rng.choice(_QUERIES))


def _method(request: Request, rng: Random, foreign: Sequence[str], tokens: Sequence[tuple[str, str]]) -> Request:
    return replace(request, method=rng.choice(_METHODS))


_CHANGES = (
    (_field,) * 6
    + (_header,) * 3
    + (_token,) * 2
    + (_body, _encoding, _content_type, _without_header, _path, _query, _method)
)
