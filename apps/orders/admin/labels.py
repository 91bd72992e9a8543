"""Pages of a parcel's label: the file itself, and the form that keeps one. Whoever ships sees it, nobody else."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from apps.kernel.errors import DomainError, NotFound
from apps.orders import api
from apps.orders.admin.operations import LabelForm
from apps.orders.admin.workbench import find_order
from apps.orders.documents import label_answer
from apps.web.authentication import staff_actor


class LabelPages:
    """Mixed into the admin of orders."""

    admin_site: Any

    def label_urls(self) -> list[URLPattern]:
        """Return the routes, to stand before those of the admin itself."""
        wrap, route = self.admin_site.admin_view, "<uuid:order_id>/parcels/<uuid:shipment_id>"
        return [
            path(f"{route}/label/", wrap(self.show_label), name="orders_order_label"),
            path(f"{route}/keep-label/", wrap(self.keep_label), name="orders_order_keep_label"),
        ]

    def show_label(self, request: HttpRequest, order_id: UUID, shipment_id: UUID) -> HttpResponse:
        """Answer with the file."""
        _require_right(request)
        try:
            return label_answer(api.get_label(order_id=order_id, shipment_id=shipment_id))
        except NotFound as error:
            raise Http404(error.detail) from error

    def keep_label(self, request: HttpRequest, order_id: UUID, shipment_id: UUID) -> HttpResponse:
        """Show the form for a label and keep what it brings."""
        _require_right(request)
        order = find_order(order_id)
        parcel = next((each for each in order.shipments if each.id == shipment_id), None) if order else None
        if order is None or parcel is None:
            raise Http404
        back = reverse("admin:orders_order_change", args=[order_id])
        form = LabelForm(request.POST or None, request.FILES or None)
        if form.is_valid() and _keep(request, form, order, parcel):
            return redirect(back)
        now = f"the {parcel.label.name} that is kept now" if parcel.label else "nothing: none is kept yet"
        context = self.admin_site.each_context(request) | {
            "title": f"Label of a parcel: {order.number}",
            "explanation": f"It takes the place of {now}. Only who ships can open it; it is forgotten after 90 days.",
            "form": form,
            "button": "Replace the label" if parcel.label else "Keep the label",
            "is_dangerous": parcel.label is not None,
            "back": back,
        }
        return TemplateResponse(request, "admin/orders/operation.html", context)


def _require_right(request: HttpRequest) -> None:
    if not request.user.has_perm("orders.ship_order"):
        raise PermissionDenied


def _keep(request: HttpRequest, form: LabelForm, order: api.Order, parcel: api.Shipment) -> bool:
    content = form.cleaned_data["label"]
    try:
        api.keep_label(order_id=order.id, shipment_id=parcel.id, content=content, actor=staff_actor(request))
    except DomainError as error:
        form.add_error(None, error.detail)
        return False
    messages.success(request, f"Order {order.number}: the label is kept with its parcel.")
    return True
