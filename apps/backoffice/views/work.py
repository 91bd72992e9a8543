"""Parked work: what failed too often, and the button that tries it again."""

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


def _read_id(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError as error:
        raise BadRequest(f"{given!r} is not an id.") from error
