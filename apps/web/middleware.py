"""The middleware of every request: request id, metrics, security headers; and Django's own for pages only."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from functools import cache
from http import HTTPStatus
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.common import CommonMiddleware
from django.middleware.csrf import CsrfViewMiddleware

from apps.kernel.errors import DomainError, Invalid
from apps.kernel.ids import uuid7
from apps.messaging import api as messaging
from apps.web import logs, metrics
from apps.web.failures import refused
from apps.web.problems import status_of
from apps.web.views import refuse_nul

access = logging.getLogger("shop.access")
GetResponse = Callable[[HttpRequest], HttpResponseBase]
REQUEST_ID_HEADER: Final = "X-Request-ID"
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._:@=+/-]{1,128}")
_UNLOGGED: Final = ("/health/", "/metrics")
# Everything else is a page.
_NOT_PAGES: Final = ("/api/", "/health/", "/metrics", "/static/", "/media/")


def is_page(request: HttpRequest) -> bool:
    """Return whether a request is for a page: sessions, CSRF and messages are for these only."""
    return not request.path_info.startswith(_NOT_PAGES)


def request_id_from(given: str | None) -> str:
    """Return the caller's request id where it is fit for logs and headers, else a new UUIDv7."""
    return given if given and _REQUEST_ID.fullmatch(given) else str(uuid7())


class RequestIdMiddleware:
    """Takes over or makes `X-Request-ID`, echoes it, and hands it to logs and to messages published meanwhile."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer under the request's id."""
        request_id = request_id_from(request.META.get("HTTP_X_REQUEST_ID"))
        in_logs, in_messages = logs.request_id.set(request_id), messaging.causation.set({"request_id": request_id})
        try:
            response = self.get_response(request)
        finally:
            logs.request_id.reset(in_logs)
            messaging.causation.reset(in_messages)
        response[REQUEST_ID_HEADER] = request_id
        return response


class MetricsMiddleware:
    """Counts every request by its route, and writes one line for it (ACCESS_LOG)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, and take down how."""
        began = time.perf_counter()
        response = self.get_response(request)
        seconds, match = time.perf_counter() - began, request.resolver_match
        route, method = match.route if match else "unmatched", request.method or ""
        metrics.observe(method=method, route=route, status=response.status_code, seconds=seconds)
        if settings.ACCESS_LOG and not request.path_info.startswith(_UNLOGGED):
            facts = {"method": method, "route": route, "status": response.status_code, "ms": round(seconds * 1000, 2)}
            access.info("%s %s", method, request.path, extra=facts)
        return response


@cache
def _security_headers(policy: str, hsts_seconds: int) -> dict[str, str]:
    headers = {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    if hsts_seconds:
        headers["Strict-Transport-Security"] = f"max-age={hsts_seconds}; includeSubDomains"
    return headers


def security_headers(path: str) -> dict[str, str]:
    """Return the security headers of a path; the admin has a content policy of its own."""
    policy = settings.ADMIN_CONTENT_SECURITY_POLICY if path.startswith("/admin/") else settings.CONTENT_SECURITY_POLICY
    return _security_headers(policy, settings.SECURE_HSTS_SECONDS)


class SecurityHeadersMiddleware:
    """Sets the security headers; one that a view set itself stays."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer with the headers of the path."""
        response = self.get_response(request)
        for name, value in security_headers(request.path_info).items():
            response.headers.setdefault(name, value)
        return response


class PageCommonMiddleware(CommonMiddleware):
    """Checks the host, adds a missing slash, sets the length: on pages only."""

    def __call__(self, request: HttpRequest) -> Any:
        """Act on pages, pass everything else on."""
        return super().__call__(request) if is_page(request) else self.get_response(request)


class PageSessionMiddleware(SessionMiddleware):
    """Sessions, on pages only."""

    def __call__(self, request: HttpRequest) -> Any:
        """Act on pages, pass everything else on."""
        return super().__call__(request) if is_page(request) else self.get_response(request)


class PageCsrfMiddleware(CsrfViewMiddleware):
    """CSRF protection, on pages only: REST authenticates by a header that no other site can send."""

    def __call__(self, request: HttpRequest) -> Any:
        """Act on pages, pass everything else on."""
        return super().__call__(request) if is_page(request) else self.get_response(request)

    def process_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Check the token of a page's form."""
        return super().process_view(request, *args, **kwargs) if is_page(request) else None


class PageAuthenticationMiddleware(AuthenticationMiddleware):
    """`request.user` from the session, on pages only."""

    def __call__(self, request: HttpRequest) -> Any:
        """Act on pages, pass everything else on."""
        return super().__call__(request) if is_page(request) else self.get_response(request)


class PageMessageMiddleware(MessageMiddleware):
    """One-time messages, on pages only."""

    def __call__(self, request: HttpRequest) -> Any:
        """Act on pages, pass everything else on."""
        return super().__call__(request) if is_page(request) else self.get_response(request)


class PageRefusalMiddleware:
    """Refusals on pages: of what no column can store before a view runs, and of what a view raised and did not show itself."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass every request on."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase | None:
        """Refuse a page's path or query that holds NUL."""
        try:
            if is_page(request):
                refuse_nul(request)
        except DomainError as error:
            return refused(request, error)
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """Answer a page's domain error; None (Django's 500) for everything else."""
        if not is_page(request):
            return None
        if isinstance(error, ValidationError):  # such as the admin's own actions raise for an id that is none
            error = Invalid(" ".join(error.messages))
        if not isinstance(error, DomainError):
            return None
        return refused(request, error) if status_of(error) != HTTPStatus.INTERNAL_SERVER_ERROR else None
