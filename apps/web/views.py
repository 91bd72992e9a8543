"""The base of REST views: one parser, one renderer, answers as bytes, conditional requests."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, ClassVar, Final

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from rest_framework import views
from rest_framework.request import Request
from rest_framework.serializers import BaseSerializer

from apps.kernel.errors import FieldError, Invalid, PreconditionFailed
from apps.kernel.pages import Page
from apps.web import limits, pagination
from apps.web.authentication import caller_of
from apps.web.errors import MalformedRequest, ValidationFailed
from apps.web.json import JSON_TYPE, JSONRenderer, dumps
from apps.web.problems import flatten, name_values

KEPT_BY_304: Final[tuple[str, ...]] = ("ETag", "Cache-Control", "Vary", "RateLimit", "RateLimit-Policy")
_RENDERER: Final = (JSONRenderer(), JSON_TYPE)
_VERSION_TAG: Final = re.compile(r'"(?P<version>[0-9]{1,18})(\.[0-9a-f]+)?"')


class APIView(views.APIView):
    """Base of all REST views. Handlers return `reply(...)`; they raise kernel errors for everything else.

    `limit_group` names the budget (settings.LIMITS) that each request takes from; None for none.
    """

    limit_group: ClassVar[str | None] = "default"
    _limit: limits.Decision | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Authenticate, take from the limits, then check permissions; before all, refuse what no column can store and other hosts."""
        refuse_unknown_host(request)
        refuse_nul(request)
        super().initial(request, *args, **kwargs)

    def check_permissions(self, request: Request) -> None:
        """Take from the limits once it is known who asks, also where what follows is a refusal."""
        if self.limit_group:
            customer_id = caller_of(request).customer_id
            self._limit = limits.take(group=self.limit_group, meta=request.META, customer_id=customer_id)
            if self._limit:
                self._limit.enforce()
        super().check_permissions(request)

    @property
    def default_response_headers(self) -> dict[str, str]:
        """Return none: `Allow` belongs to 405 and OPTIONS, and nothing here varies by a header of the request."""
        return {}

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Say which methods there are; what they take is in the OpenAPI document."""
        return reply(None, status=HTTPStatus.NO_CONTENT, headers={"Allow": ", ".join(self.allowed_methods)})

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[Any, str]:
        """Return the one renderer there is; RFC 9110 (12.5.1) lets a server disregard Accept."""
        return _RENDERER

    def parse(
        self, serializer_class: type[BaseSerializer[Any]], request: Request, *, partial: bool = False
    ) -> dict[str, Any]:
        """Return the validated body; raises ValidationFailed with one FieldError for each fault (dotted path, the value, what is wrong)."""
        serializer = serializer_class(data=request.data, partial=partial, context={"request": request, "view": self})
        if not serializer.is_valid():
            raise ValidationFailed(fields=name_values(flatten(serializer.errors), given=request.data))
        return dict(serializer.validated_data)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Tell what is left of the limits; answer 304 where the caller already has these bytes."""
        response = super().finalize_response(request, response, *args, **kwargs)
        for name, value in (self._limit.headers if self._limit else {}).items():
            response[name] = value
        return not_modified(request, response) if request.method in ("GET", "HEAD") else response


def refuse_unknown_host(request: HttpRequest | Request) -> None:
    """Refuse a host that this shop does not answer for (ALLOWED_HOSTS); pages ask Django's own middleware."""
    try:
        request.get_host()
    except DisallowedHost as error:
        host = str(request.META.get("HTTP_HOST", ""))[:100]
        raise Invalid.field("Host", "unknown_host", f"{host!r} is not a host of this shop.") from error


def refuse_nul(request: HttpRequest | Request) -> None:
    """Raise where the path or the query holds NUL, which PostgreSQL cannot store and so nothing can be named by."""
    if "\x00" in request.path:
        raise MalformedRequest("The path must not contain the NUL character (%00).")
    if "%00" in request.META.get("QUERY_STRING", ""):
        names = sorted(name for name, values in request.GET.lists() if "\x00" in name + "".join(values))
        detail = "must not contain the NUL character (%00)"
        raise ValidationFailed(fields=[FieldError(name, "null_characters_not_allowed", detail) for name in names])


def reply(
    data: object, *, status: int = 200, etag: str | None = None, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """Return `data` (contracts, dicts, lists; bytes pass as they are) as JSON; None as an empty body.

    `etag` is the bare value without quotes; a GET that already has it becomes 304 on its way out.
    """
    body = b"" if data is None else data if isinstance(data, bytes) else dumps(data)
    response = HttpResponse(body, status=status, content_type=JSON_TYPE, headers=dict(headers or {}))
    if data is None:
        del response["Content-Type"]
    else:
        response["Content-Length"] = str(len(body))
    if etag is not None:
        response["ETag"] = f'"{etag}"'
    return response


def reply_page(request: HttpRequest | Request, page: Page[Any], *, etag: str | None = None) -> HttpResponse:
    """Return a page as `{results, next, previous}`, plus `count` where it was asked for."""
    body: dict[str, Any] = {
        "results": page.items,
        "next": pagination.page_url(request, page.next_cursor),
        "previous": pagination.page_url(request, page.previous_cursor),
    }
    if page.count is not None:
        body["count"] = page.count
    return reply(body, etag=etag)


def check_match(request: HttpRequest | Request, etag: str) -> None:
    """Raise PreconditionFailed (412) where `If-Match` is given and does not name the object's current ETag."""
    header = request.headers.get("If-Match")
    if header and not _names_strongly(header, f'"{etag}"'):
        detail = f'This changed since you read it: its ETag is now "{etag}", If-Match was {header}.'
        raise PreconditionFailed(detail, extra={"etag": etag})


def read_if_match(request: HttpRequest | Request, *, current: Callable[[], int]) -> int | None:
    """Return the version that `If-Match` demands, where an ETag is a version, or begins with one and a dot; None without it or for `*`.

    Of several it is the one that the object has, by `current`, which is called only then. Raises Invalid for what is no ETag, and
    PreconditionFailed where all are weak: those never match here (RFC 9110, 13.1.1).
    """
    header = request.headers.get("If-Match", "*").strip()
    if header == "*":
        return None
    tags = [item.strip() for item in header.split(",")]
    versions = [_version_in(tag, header) for tag in tags if not tag.startswith("W/")]
    if not versions:
        raise PreconditionFailed(
            f"If-Match was {header[:50]}: a weak ETag matches nothing; use it as the answer had it."
        )
    return versions[0] if len(versions) == 1 or (now := current()) not in versions else now


def _version_in(tag: str, header: str) -> int:
    written = _VERSION_TAG.fullmatch(tag)
    if written is None:
        detail = f'{header[:50]!r} is not an ETag of this resource; use the one its answer had, such as "3".'
        raise Invalid.field("If-Match", "invalid_etag", detail)
    return int(written["version"])


def not_modified(request: HttpRequest | Request, response: HttpResponseBase) -> HttpResponseBase:
    """Return 304 with the response's validators where `If-None-Match` names its ETag, else the response itself."""
    etag, header = response.headers.get("ETag"), request.headers.get("If-None-Match")
    if response.status_code != HTTPStatus.OK or not etag or not header or not names_etag(header, etag):
        return response
    kept = {name: response[name] for name in KEPT_BY_304 if name in response.headers}
    bare = HttpResponse(status=HTTPStatus.NOT_MODIFIED, headers=kept)
    del bare["Content-Type"]
    return bare


def names_etag(header: str, etag: str) -> bool:
    """Return whether an `If-None-Match` names `etag` (quoted), compared weakly as reads are (RFC 9110, 8.8.3.2)."""
    candidates = [item.strip().removeprefix("W/") for item in header.split(",")]
    return header.strip() == "*" or etag.removeprefix("W/") in candidates


def _names_strongly(header: str, etag: str) -> bool:
    return header.strip() == "*" or etag in [item.strip() for item in header.split(",")]


__all__ = [
    "KEPT_BY_304",
    "APIView",
    "check_match",
    "names_etag",
    "not_modified",
    "read_if_match",
    "reply",
    "reply_page",
]
