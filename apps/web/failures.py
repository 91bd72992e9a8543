"""What Django shows when no view answered: problems under /api/, pages elsewhere (the storefront's 404.html, 500.html)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseServerError
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import get_template
from django.views import defaults

from apps.kernel.errors import DomainError
from apps.web import logs
from apps.web.problems import is_api, problem, status_of


def refused(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Answer what a page refused and did not show itself: the status of the error's category, and its detail."""
    status = status_of(error)
    context = {"status": status, "detail": error.detail}
    response = render(request, "refused.html", context, status=status)
    if retry_after := getattr(error, "retry_after", None):
        response["Retry-After"] = str(retry_after)
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer 400: a suspicious host, cookie or upload."""
    if is_api(request):
        return _problem(request, status=400, code="malformed_request", detail="The request is malformed.")
    # Without the request: Django's own view reads the form, which may be what cannot be read.
    return HttpResponseBadRequest(get_template("400.html").render())


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer 403."""
    if is_api(request):
        return _problem(request, status=403, code="permission_denied", detail="You may not do this.")
    return defaults.permission_denied(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer 404."""
    if is_api(request):
        return _problem(request, status=404, code="not_found", detail=f"There is nothing at {request.path}.")
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Answer 500; the log has the exception under the same request id."""
    if is_api(request):
        return _problem(request, status=500, code="internal_error", detail="This is our fault, and it was logged.")
    # Without the request: what broke may break its context processors too.
    return HttpResponseServerError(get_template("500.html").render({"request_id": logs.request_id.get()}))


def _problem(request: HttpRequest, *, status: int, code: str, detail: str) -> HttpResponse:
    return problem(status=status, code=code, detail=detail, instance=request.path)
