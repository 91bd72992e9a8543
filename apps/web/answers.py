"""Answers kept whole: encoded bytes of public GETs, served again until their generation moves.

A generation is a value in the cache Valkey, one for each body of data ("catalogue"). Whoever changes what its answers show
calls `bump_generation` after the commit. Each process keeps answers in memory and looks at the generation ten times a second;
behind that lies the cache Valkey, shared by all. When a generation moved, one request rebuilds while others get the old bytes
for at most half a second. Without Valkey nothing is kept and every request reaches its view.
"""

from __future__ import annotations

import hashlib
import logging
import random
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, wraps
from http import HTTPStatus
from threading import Lock
from typing import Any, Final

import orjson
from django.conf import settings
from django.http import HttpResponse
from django.utils.cache import patch_vary_headers
from redis import RedisError
from rest_framework.request import Request

from apps.kernel.ids import uuid7
from apps.persistence import valkey
from apps.web.languages import accepted_language

logger = logging.getLogger(__name__)
Method = Callable[..., HttpResponse]

_LONGEST_KEY: Final = 512
_GENERATION_SECONDS: Final = 0.1
_STALE_SECONDS: Final = 0.5
_REBUILD_PAUSE_SECONDS: Final = 0.05
_REBUILD_LOCK_MS: Final = 2_000
# A bump may be lost while Valkey is away; this bounds how long old bytes could live then.
_LIFETIME_SECONDS: Final = 30
_OVERHEAD_BYTES: Final = 1_500


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A 200 to a GET: its bytes, the headers that belong to them, and what limits and metrics call its route."""

    data: str
    generation: str
    expires_at: float
    route: str
    group: str | None
    headers: dict[str, str]
    body: bytes

    def is_current(self, generation: str) -> bool:
        """Return whether these are the bytes to give out while `generation` lasts."""
        return self.generation == generation and time.time() < self.expires_at


@dataclass(slots=True)
class _Held:
    """An answer in memory, and what happens once it is old."""

    answer: Answer
    stale_since: float = 0.0
    retry_at: float = 0.0
    size: int = field(init=False)

    def __post_init__(self) -> None:
        self.size = len(self.answer.body) + _OVERHEAD_BYTES


class _Memory:
    """Answers of this process, least recently used out first, at most ANSWERS_MEMORY_BYTES."""

    def __init__(self) -> None:
        self._held: OrderedDict[str, _Held] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def find(self, key: str) -> _Held | None:
        held = self._held.get(key)
        if held is not None:
            with self._lock:
                if key in self._held:
                    self._held.move_to_end(key)
        return held

    def keep(self, key: str, answer: Answer) -> None:
        held = _Held(answer)
        with self._lock:
            before = self._held.pop(key, None)
            self._held[key] = held
            self._bytes += held.size - (before.size if before else 0)
            while self._bytes > settings.ANSWERS_MEMORY_BYTES:
                self._bytes -= self._held.popitem(last=False)[1].size

    def clear(self) -> None:
        with self._lock:
            self._held.clear()
            self._bytes = 0


_memory = _Memory()
_generations: dict[str, tuple[str | None, float]] = {}
_breaker = valkey.Breaker()


def cacheable(data: str, *, params: Collection[str] = (), prefix: str = "") -> Callable[[Method], Method]:
    """Decorate the `get` of a public REST view: its 200s are kept until the generation of `data` moves.

    The answer may depend on the path, the language and the query parameters that are in `params` or begin with `prefix`, never on who
    asks; a request with any other parameter, or with credentials, goes to the view each time. The view's `ETag` and `Cache-Control` are
    kept with the bytes; without an ETag their hash becomes it.
    """
    known = frozenset(params)

    def knows(given: Iterable[str]) -> bool:
        return known.issuperset(given) or all(name in known or (prefix and name.startswith(prefix)) for name in given)

    def decorate(method: Method) -> Method:
        @wraps(method)
        def run(self: Any, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
            key = key_of(request.META) if knows(request.GET) else None
            current = generation(data) if key else None
            if key is None or current is None:
                return _complete(method(self, request, *args, **kwargs))
            if found := _recall(key, data=data, current=current):
                return _as_response(found)
            response = _complete(method(self, request, *args, **kwargs))
            if response.status_code == HTTPStatus.OK:
                _keep(key, _answer_from(response, request, data=data, current=current, group=self.limit_group))
            return response

        return run

    return decorate


def find(environ: Mapping[str, Any]) -> Answer | None:
    """Return the kept answer to a request (WSGI environment), or None where its view must be asked.

    Looks in this process's memory only. Of the requests that find an old answer one is sent to the view, the others get it.
    """
    key = key_of(environ)
    held = _memory.find(key) if key else None
    if held is None:
        return None
    current = generation(held.answer.data)
    if current is None:
        return None
    return held.answer if held.answer.is_current(current) or _may_serve_stale(held, time.monotonic()) else None


def _may_serve_stale(held: _Held, now: float) -> bool:
    if not held.stale_since:
        held.stale_since = now
    if now - held.stale_since > _STALE_SECONDS:
        return False
    if now >= held.retry_at:
        held.retry_at = now + _REBUILD_PAUSE_SECONDS
        return False
    return True


def key_of(environ: Mapping[str, Any]) -> str | None:
    """Return what an anonymous GET's answer is kept under; None where it must not be kept."""
    if environ["REQUEST_METHOD"] != "GET" or "HTTP_AUTHORIZATION" in environ or not settings.ANSWERS_MEMORY_BYTES:
        return None
    path, query = environ["PATH_INFO"], environ.get("QUERY_STRING", "")
    if len(path) + len(query) > _LONGEST_KEY:
        return None
    key = f"{path}?{_in_one_order(query)}" if query else str(path)
    header = environ.get("HTTP_ACCEPT_LANGUAGE")
    language = accepted_language(header) if header else settings.LANGUAGE_CODE
    return key if language == settings.LANGUAGE_CODE else f"{language} {key}"


@lru_cache(maxsize=2_000)
def _in_one_order(query: str) -> str:
    """Return a query string with its parameters sorted, so that their order makes no second answer.

    Not where a name comes twice, or is written so that it might without showing: the last value may be the one that counts.
    """
    if "&" not in query:
        return query
    parts = query.split("&")
    names = {part.partition("=")[0] for part in parts}
    if len(names) < len(parts) or any("%" in name or "+" in name for name in names):
        return query
    return "&".join(sorted(parts))


def generation(data: str) -> str | None:
    """Return the current generation of `data`, at most 100 ms old; None while Valkey is away."""
    value, read_at = _generations.get(data, (None, 0.0))
    now = time.monotonic()
    if now - read_at < _GENERATION_SECONDS:
        return value
    if _breaker.is_open:
        return None
    # Marked as read before it is, so that one thread asks and the others go on with the value before.
    _generations[data] = (value, now)
    _generations[data] = (_read_generation(data), time.monotonic())
    return _generations[data][0]


def _read_generation(data: str) -> str | None:
    cache, name = valkey.client(settings.CACHE_URL), _name("generation", data)
    try:
        value = cache.get(name)
        if value is None:
            cache.set(name, str(uuid7()), nx=True)
            value = cache.get(name)
    except RedisError as error:
        logger.warning("generation of %s not read: %s", data, error)
        _breaker.trip()
        return None
    return value.decode() if isinstance(value, bytes) else None


def bump_generation(data: str) -> None:
    """Let go of every kept answer about `data`; call it after the change is committed.

    Where Valkey is away the bump is lost: answers are not served meanwhile, and old ones die within 30 seconds of being made.
    """
    value = str(uuid7())
    try:
        valkey.client(settings.CACHE_URL).set(_name("generation", data), value)
    except RedisError as error:
        logger.warning("generation of %s not moved: %s", data, error)
        _generations.pop(data, None)
    else:
        _generations[data] = (value, time.monotonic())


def _recall(key: str, *, data: str, current: str) -> Answer | None:
    """Return the answer of this generation from memory or Valkey, or an old one while another process rebuilds it."""
    held = _memory.find(key)
    if held and held.answer.is_current(current):
        return held.answer
    name = _stored_name(key, current)
    try:
        if isinstance(stored := valkey.line(settings.CACHE_URL).call("GET", name), bytes):
            answer = _unpack(stored)
            _memory.keep(key, answer)
            return answer
        if not held or not held.stale_since or time.monotonic() - held.stale_since >= _STALE_SECONDS:
            return None
        rebuilds = valkey.line(settings.CACHE_URL).call("SET", f"{name}:rebuild", 1, "NX", "PX", _REBUILD_LOCK_MS)
    except RedisError as error:
        logger.warning("answer not recalled: %s", error)
        _breaker.trip()
        return None
    return None if rebuilds else held.answer


def _keep(key: str, answer: Answer) -> None:
    _memory.keep(key, answer)
    name, milliseconds = _stored_name(key, answer.generation), int((answer.expires_at - time.time()) * 1000)
    try:
        valkey.line(settings.CACHE_URL).call("SET", name, _pack(answer), "PX", max(milliseconds, 1))
    except RedisError as error:
        logger.warning("answer not kept: %s", error)


def _complete(response: HttpResponse) -> HttpResponse:
    """Give a 200 the validator and the policy that kept answers have."""
    if response.status_code == HTTPStatus.OK:
        if "ETag" not in response.headers:
            response["ETag"] = f'"{hashlib.sha256(response.content).hexdigest()[:24]}"'
        response.headers.setdefault("Cache-Control", settings.ANSWERS_CACHE_CONTROL)
        if len(settings.LANGUAGES) > 1:
            patch_vary_headers(response, ["Accept-Language"])
    return response


def _answer_from(response: HttpResponse, request: Request, *, data: str, current: str, group: str | None) -> Answer:
    match = request.resolver_match
    return Answer(
        data=data,
        generation=current,
        # Spread, so that answers made together do not die together.
        expires_at=time.time() + _LIFETIME_SECONDS * random.uniform(0.8, 1),  # noqa: S311 - not a secret
        route=match.route if match else "",
        group=group,
        headers=dict(response.items()),
        body=response.content,
    )


def _as_response(answer: Answer) -> HttpResponse:
    return HttpResponse(answer.body, headers=answer.headers)


def _pack(answer: Answer) -> bytes:
    head = {name: getattr(answer, name) for name in ("data", "generation", "expires_at", "route", "group", "headers")}
    return orjson.dumps(head) + b"\n" + answer.body


def _unpack(stored: bytes) -> Answer:
    head, _, body = stored.partition(b"\n")
    return Answer(**orjson.loads(head), body=body)


def _stored_name(key: str, current: str) -> str:
    return _name("answer", current, hashlib.sha256(key.encode()).hexdigest())


def _name(*parts: str) -> str:
    return ":".join((settings.ANSWERS_PREFIX, *parts))


def forget() -> None:
    """Forget everything this process holds in memory; for tests."""
    _memory.clear()
    _generations.clear()
