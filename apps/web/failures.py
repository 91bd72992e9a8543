"""What Django shows when no view answered: problems under /api/, a page for staff under /admin/, the storefront's elsewhere."""

from __future__ import annotations

from typing import Final

from django.contrib.admin.exceptions import DisallowedModelAdminLookup, DisallowedModelAdminToField
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseServerError
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import get_template
from django.views import defaults

from apps.kernel.errors import DomainError
from apps.web import logs
from apps.web.problems import is_api, problem, status_of

_UNREADABLE: Final = "Your browser sent something this page cannot read. Go back and try again."


def refused(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Answer what a page refused and did not show itself: the status of the error's category, and its detail."""
    status = status_of(error)
    if is_for_staff(request):
        response = _staff_page(status=status, title="That could not be done", detail=error.detail)
    else:
        response = render(request, "refused.html", {"status": status, "detail": error.detail}, status=status)
    if retry_after := getattr(error, "retry_after", None):
        response["Retry-After"] = str(retry_after)
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer 400: a suspicious host, cookie or upload."""
    if is_api(request):
        return _problem(request, status=400, code="malformed_request", detail="The request is malformed.")
    if is_for_staff(request):
        asked_wrongly = isinstance(exception, DisallowedModelAdminLookup | DisallowedModelAdminToField)
        detail = f"{exception} Take it out of the address." if asked_wrongly else _UNREADABLE
        return _staff_page(status=400, title="This address asks for something that is not there", detail=detail)
    # Without the request: Django's own view reads the form, which may be what cannot be read.
    return HttpResponseBadRequest(get_template("400.html").render())


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer 403."""
    if is_api(request):
        return _problem(request, status=403, code="permission_denied", detail="You may not do this.")
    if is_for_staff(request):
        detail = "Your account has no right to this. Somebody who manages the shop can give it one."
        return _staff_page(status=403, title="This is not for you to open", detail=detail)
    return defaults.permission_denied(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer 404."""
    if is_api(request):
        return _problem(request, status=404, code="not_found", detail=f"There is nothing at {request.path}.")
    if is_for_staff(request):
        return _staff_page(status=404, title="Not found", detail=f"There is nothing at {request.path}.")
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Answer 500; the log has the exception under the same request id."""
    if is_api(request):
        return _problem(request, status=500, code="internal_error", detail="This is our fault, and it was logged.")
    # Without the request: what broke may break its context processors too.
    return HttpResponseServerError(get_template("500.html").render({"request_id": logs.request_id.get()}))


def is_for_staff(request: HttpRequest) -> bool:
    """Return whether a request is for a page of the admin."""
    return request.path.startswith("/admin/")


def _staff_page(*, status: int, title: str, detail: str) -> HttpResponse:
    # Without the request, which may be what cannot be read.
    return HttpResponse(get_template("admin/refused.html").render({"title": title, "detail": detail}), status=status)


def _problem(request: HttpRequest, *, status: int, code: str, detail: str) -> HttpResponse:
    return problem(status=status, code=code, detail=detail, instance=request.path)
