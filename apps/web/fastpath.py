"""Answers kept whole go out before Django: a WSGI layer with request id, limits, metrics and headers of its own.

What it sends is what Django would have sent: the same bytes, the same headers (`tests/web/test_fastpath.py` holds that).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from http import HTTPStatus
from typing import Any, Final

from django.conf import settings
from django.core.handlers.wsgi import get_path_info
from django.http.request import split_domain_port, validate_host

from apps.kernel.errors import TooManyRequests
from apps.web import answers, limits, logs, metrics
from apps.web.answers import Answer
from apps.web.middleware import REQUEST_ID_HEADER, request_id_from, security_headers
from apps.web.problems import from_error
from apps.web.views import KEPT_BY_304, names_etag

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]
_PREFIX: Final = "/api/v1/"
_STATUS_LINES: Final = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}


class FastPath:
    """WSGI middleware: answers what is kept, passes everything else on."""

    def __init__(self, application: Application) -> None:
        self.application = application

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        if not environ["PATH_INFO"].startswith(_PREFIX):
            return self.application(environ, start_response)
        began = time.perf_counter()
        answer = answers.find(environ) if _is_ours(environ.get("HTTP_HOST") or environ["SERVER_NAME"]) else None
        if answer is None:
            return self.application(environ, start_response)
        request_id = request_id_from(environ.get("HTTP_X_REQUEST_ID"))
        status, headers, body = _respond(environ, answer, request_id=request_id)
        headers = {**security_headers(_PREFIX), **headers, REQUEST_ID_HEADER: request_id}
        start_response(_STATUS_LINES[status], list(headers.items()))
        metrics.observe(method="GET", route=answer.route, status=status, seconds=time.perf_counter() - began)
        return [body]


@lru_cache(maxsize=100)
def _is_ours(host: str) -> bool:
    """Return whether the shop answers for this host; of any other Django says what is wrong."""
    return validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS)


def _respond(environ: Environ, answer: Answer, *, request_id: str) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body of a kept answer, of 304, or of the limits' refusal."""
    decision = limits.take(group=answer.group, meta=environ) if answer.group else None
    left = decision.headers if decision else {}
    if decision and decision.retry_after:
        status, headers, body = _refuse(environ, decision, request_id=request_id)
        return status, {**headers, **left}, body
    headers = {**answer.headers, **left}
    wanted = environ.get("HTTP_IF_NONE_MATCH")
    if wanted and names_etag(wanted, headers["ETag"]):
        kept = {name: headers[name] for name in KEPT_BY_304 if name in headers}
        return HTTPStatus.NOT_MODIFIED, kept, b""
    return HTTPStatus.OK, headers, answer.body


def _refuse(environ: Environ, decision: limits.Decision, *, request_id: str) -> tuple[int, dict[str, str], bytes]:
    token = logs.request_id.set(request_id)
    try:
        decision.enforce()
        raise AssertionError("unreachable")
    except TooManyRequests as error:
        response = from_error(error, instance=get_path_info(environ))
    finally:
        logs.request_id.reset(token)
    return response.status_code, dict(response.items()), response.content
