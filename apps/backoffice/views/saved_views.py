"""Keeping and removing a member's own views of the list of orders."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from apps.backoffice import saved_views
from apps.kernel.errors import DomainError, Invalid
from apps.web.authentication import caller_of


@require_POST
@permission_required("orders.view_order", raise_exception=True)
def keep(request: HttpRequest) -> HttpResponse:
    """Keep the view that the list showed, and lead back to it."""
    listing, query = reverse("admin:orders_order_changelist"), request.POST.get("query", "")
    try:
        view = saved_views.keep_view(owner_id=_owner(request), name=request.POST.get("name", ""), sealed=query)
    except DomainError as error:
        told = error.fields[0].detail if isinstance(error, Invalid) else error.detail
        messages.error(request, told)
        return redirect(f"{listing}?{saved_views.unseal(query)}")
    messages.success(request, f"“{view.name}” is kept among your views.")
    return redirect(f"{listing}?{view.query}")


@require_POST
@permission_required("orders.view_order", raise_exception=True)
def remove(request: HttpRequest, view_id: UUID) -> HttpResponse:
    """Remove one of the member's own views."""
    if not saved_views.remove_view(owner_id=_owner(request), view_id=view_id):
        raise Http404
    messages.success(request, "The view is removed; the orders are not touched.")
    return redirect("admin:orders_order_changelist")


def _owner(request: HttpRequest) -> UUID:
    owner_id = caller_of(request).customer_id
    if owner_id is None:
        raise Http404
    return owner_id
