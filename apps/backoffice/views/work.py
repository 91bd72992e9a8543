"""Parked work and the audit: what failed too often or is wrong, and the buttons that help."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from apps.backoffice.views.frame import show_page
from apps.messaging import api as messaging
from apps.web.authentication import staff_actor

_FINDINGS = 200
_REPAIRS = 50


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("messaging.view_inboxmessage", raise_exception=True)
def parked(request: HttpRequest) -> HttpResponse:
    """List what failed too often, and try one item again."""
    if request.method == "POST":
        if not request.user.has_perm("messaging.change_inboxmessage"):
            raise PermissionDenied
        kind, item_id = request.POST.get("kind", ""), _read_id(request.POST.get("id", ""))
        try:
            replayed = messaging.replay_parked(kind=kind, item_id=item_id)
        except KeyError as error:
            raise BadRequest(f"There is no kind of work called {kind!r}.") from error
        messages.info(request, "It will be tried again now." if replayed else "It was not parked any more.")
        return redirect("backoffice:parked")
    return show_page(request, "parked.html", {"title": "Parked work", "items": messaging.list_parked()})


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("messaging.view_auditfinding", raise_exception=True)
def audit(request: HttpRequest) -> HttpResponse:
    """Show what the audit checks and found, and carry out one repair."""
    if request.method == "POST":
        if not request.user.has_perm("messaging.repair_auditfinding"):
            raise PermissionDenied
        finding_id = _read_id(request.POST.get("id", ""))
        is_over = messaging.repair_finding(finding_id=finding_id, actor=staff_actor(request))
        later = "It was set going; the audit looks again within minutes."
        messages.info(request, "This is repaired." if is_over else later)
        return redirect("backoffice:audit")
    context = {
        "title": "Audit",
        "checks": messaging.list_checks(),
        "findings": messaging.list_findings(limit=_FINDINGS),
        "repairs": messaging.list_repairs(limit=_REPAIRS),
    }
    return show_page(request, "audit.html", context)


def _read_id(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError as error:
        raise BadRequest(f"{given!r} is not an id.") from error
