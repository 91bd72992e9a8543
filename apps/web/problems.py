"""Problems: every refusal and failure under /api/ as `application/problem+json` (RFC 9457), from one status map."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.encoding import escape_uri_path
from redis import RedisError
from rest_framework import exceptions as drf

from apps.kernel import errors
from apps.kernel.errors import DomainError, FieldError, Invalid
from apps.web import logs
from apps.web.errors import BodyTooLarge, MalformedRequest, ValidationFailed
from apps.web.json import dumps

logger = logging.getLogger(__name__)

PROBLEM_TYPE: Final = "application/problem+json"
CHALLENGE: Final = 'Bearer realm="api"'
# The one map from a category of refusal to a status: the nearest ancestor of an error's class that is here decides.
STATUS: Final[dict[type, int]] = {
    BodyTooLarge: 413,
    errors.Invalid: 400,
    errors.Unauthenticated: 401,
    errors.Declined: 402,
    errors.Denied: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.PreconditionFailed: 412,
    errors.Unprocessable: 422,
    errors.TooManyRequests: 429,
    errors.Unavailable: 503,
}
_SECRETS: Final = ("password", "token", "refresh")
_LONGEST_SHOWN: Final = 60
_DRF_CODES: Final = {
    "parse_error": "malformed_body",
    "not_authenticated": "unauthenticated",
    "authentication_failed": "unauthenticated",
}


def status_of(error: DomainError) -> int:
    """Return the HTTP status of a domain error; a class outside the map is a programming error and a 500."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)


def problem(
    *,
    status: int,
    code: str,
    detail: str = "",
    instance: str = "",
    fields: tuple[FieldError, ...] = (),
    extra: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Return one problem as a response.

    `code` is stable and what clients decide by; `type` stays "about:blank", so `title` is the status's own phrase
    (RFC 9457, 4.2.1). `instance` is the path, as Django decoded it.
    """
    phrase = HTTPStatus(status).phrase
    body = {
        **(extra or {}),
        "type": "about:blank",
        "title": phrase,
        "status": status,
        "detail": detail or phrase,
        "instance": escape_uri_path(instance),
        "code": code,
        "request_id": logs.request_id.get(),
    }
    if fields:
        body["errors"] = fields
    content = dumps(body)
    sized = {**(headers or {}), "Content-Length": str(len(content))}
    return HttpResponse(content, status=status, content_type=PROBLEM_TYPE, headers=sized)


def from_error(error: DomainError, *, instance: str) -> HttpResponse:
    """Return the problem of a domain error."""
    status = status_of(error)
    headers = {"WWW-Authenticate": CHALLENGE} if status == HTTPStatus.UNAUTHORIZED else {}
    if retry_after := getattr(error, "retry_after", None):
        headers["Retry-After"] = str(retry_after)
    return problem(
        status=status,
        code=_code_of(error),
        detail=error.detail,
        instance=instance,
        fields=error.fields if isinstance(error, Invalid) else (),
        extra=error.extra,
        headers=headers,
    )


def _code_of(error: DomainError) -> str:
    """Return an error's code; a rule broken by one field is known by that rule (`not_sold_in_currency`)."""
    if type(error) is Invalid and len(error.fields) == 1:
        return error.fields[0].code
    return error.code


def exception_handler(error: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """Map what a view raised to a problem; None (Django's 500) where nobody foresaw it."""
    instance = context["request"].path
    if isinstance(error, drf.ValidationError):
        error = ValidationFailed(fields=flatten(error.detail))
    if isinstance(error, drf.APIException):
        return _from_drf(error, instance=instance, headers=_headers_of(error, context))
    known = error if isinstance(error, DomainError) else _from_framework(error)
    return from_error(known, instance=instance) if known else None


def _from_framework(error: Exception) -> DomainError | None:
    """Return the domain error that an exception of Django, PostgreSQL or Valkey amounts to."""
    if isinstance(error, DataError):
        logger.warning("a value reached the database that does not fit its column", exc_info=error)
    elif isinstance(error, OperationalError | InterfaceError | RedisError):
        logger.error("a server this depends on failed", exc_info=error)
    return next((make(error) for kind, make in _FRAMEWORK.items() if isinstance(error, kind)), None)


def _outage(error: Exception) -> DomainError:
    return errors.Unavailable("A server that this depends on is down or busy; try again.", retry_after=1)


_FRAMEWORK: Final[dict[type[Exception], Callable[[Exception], DomainError]]] = {
    Http404: lambda _: errors.NotFound("There is nothing here."),
    PermissionDenied: lambda _: errors.Denied("You may not do this."),
    RequestDataTooBig: lambda error: BodyTooLarge(str(error)),
    SuspiciousOperation: lambda _: MalformedRequest("The request is malformed."),
    DataError: lambda _: errors.Invalid("A value is outside the range that can be stored."),
    OperationalError: _outage,
    InterfaceError: _outage,
    RedisError: _outage,
}


def _headers_of(error: drf.APIException, context: Mapping[str, Any]) -> dict[str, str]:
    if isinstance(error, drf.MethodNotAllowed):
        return {"Allow": ", ".join(context["view"].allowed_methods)}
    return {"WWW-Authenticate": CHALLENGE} if error.status_code == HTTPStatus.UNAUTHORIZED else {}


def _from_drf(error: drf.APIException, *, instance: str, headers: Mapping[str, str]) -> HttpResponse:
    code = str(error.get_codes())
    return problem(
        status=error.status_code,
        code=_DRF_CODES.get(code, code),
        detail=str(error.detail),
        instance=instance,
        headers=headers,
    )


def flatten(detail: Any) -> tuple[FieldError, ...]:
    """Return DRF's nested validation detail as field errors with dotted paths ("items.0.quantity")."""
    return tuple(_walk(detail, ""))


def name_values(faults: Iterable[FieldError], *, given: Any) -> tuple[FieldError, ...]:
    """Return faults of a body (`given`), each beginning with its value as JSON, unless that is missing, told already, or a secret."""
    return tuple(replace(fault, detail=f"{_shown(fault, given)}{fault.detail}") for fault in faults)


def _shown(fault: FieldError, given: Any) -> str:
    names = fault.field.split(".")
    if any(word in names[-1].lower() for word in _SECRETS):
        return ""
    for name in names:
        if isinstance(given, list) and name.isdecimal() and int(name) < len(given):
            given = given[int(name)]
        elif isinstance(given, Mapping) and name in given:
            given = given[name]
        else:
            return ""
    shown = dumps(given).decode()
    shown = f"{shown[:_LONGEST_SHOWN]}…" if len(shown) > _LONGEST_SHOWN else shown
    return "" if shown.strip('"') and shown.strip('"') in fault.detail else f"{shown}: "


def _walk(detail: Any, path: str) -> Iterator[FieldError]:
    if isinstance(detail, Mapping):
        for name, item in detail.items():
            yield from _walk(item, path if name == "non_field_errors" else f"{path}.{name}".lstrip("."))
    elif isinstance(detail, list | tuple):
        for index, item in enumerate(detail):
            nested = isinstance(item, Mapping | list)
            yield from _walk(item, f"{path}.{index}".lstrip(".") if nested else path)
    else:
        yield FieldError(path or "body", getattr(detail, "code", None) or "invalid", str(detail))


def is_api(request: HttpRequest) -> bool:
    """Return whether a path answers with problems rather than pages."""
    return request.path_info.startswith("/api/")
