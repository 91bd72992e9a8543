"""The list of orders, and the workbench of one: lines, money, parcels, history, and buttons for what can be done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from unfold.admin import ModelAdmin
from unfold.decorators import display

from apps.kernel.errors import DomainError
from apps.orders import api, selectors
from apps.orders.admin.labels import LabelPages
from apps.orders.admin.operations import OPERATIONS, Operation, PartForm
from apps.orders.admin.workbench import find_order, show_order
from apps.orders.models import Order
from apps.persistence.paginator import BoundedPaginator
from apps.web import formats
from apps.web.authentication import staff_actor

_COLOURS: Final = {
    "awaiting payment": "warning",
    "processing": "info",
    "shipped": "success",
    "delivered": "success",
    "cancelled": "danger",
    "refunded": "danger",
    "unpaid": "warning",
    "paid": "success",
    "part refunded": "danger",
    "part fulfilled": "info",
    "fulfilled": "success",
}
# What staff look for every day: title, and the list's own filter.
_SAVED_FILTERS: Final = (
    ("All orders", ""),
    ("Awaiting payment", "status__exact=awaiting_payment"),
    ("To ship", "status__exact=processing"),
    ("Part shipped", "status__exact=processing&fulfilment_status__exact=partially_fulfilled"),
    ("On the way", "status__exact=shipped"),
    ("Cancelled", "status__exact=cancelled"),
    ("Part refunded", "payment_status__exact=partially_refunded"),
)

Method = TypeVar("Method", bound=Callable[..., str])


def _is_divisible(operation: Operation, order: api.Order) -> bool:
    return operation.name == "ship" and sum(line.quantity - line.shipped for line in order.lines) > 1


def _short(status: str) -> str:
    """Return a status in words that fit a column."""
    return status.replace("partially_", "part ").replace("_", " ")


def _label(*, description: str, ordering: str) -> Callable[[Method], Method]:
    """Show a column's words as coloured labels: unfold's decorator, which publishes no types."""
    decorate: Callable[[Method], Method] = display(description=description, ordering=ordering, label=_COLOURS)
    return decorate


@admin.register(Order)
class OrderAdmin(LabelPages, ModelAdmin):
    """Nothing is edited here: an order changes by operations alone."""

    list_display = ("number", "placed", "buyer", "state", "payment", "fulfilment", "items", "sum")
    list_filter = ("status", "payment_status", "fulfilment_status", "placed_at")
    list_select_related = ("contact",)
    list_before_template = "admin/orders/saved_filters.html"
    # Names no columns: the search of api.search_orders decides, this only shows the field.
    search_fields = ("number__exact",)
    search_help_text = "Part of a buyer's name or e-mail; or a number, SKU, tracking number or payment id, whole"
    ordering = ("-placed_at", "-id")
    show_full_result_count = False
    paginator = BoundedPaginator
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_list_display(self, request: HttpRequest) -> list[str]:
        """Leave out what an order cost for who may not see it: the list cannot be sorted by it either."""
        columns = list(super().get_list_display(request))
        return columns if request.user.has_perm("orders.view_money") else [name for name in columns if name != "sum"]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Take the filters that the list shows: by others, what an order cost could be found out without being seen."""
        return lookup.partition("__")[0] in self.list_filter

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Order], search_term: str
    ) -> tuple[QuerySet[Order], bool]:
        return (queryset.filter(selectors.matching(search_term)) if search_term.strip() else queryset), False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        now = request.GET.urlencode()
        tabs = [(title, query, query == now) for title, query in _SAVED_FILTERS]
        answer: HttpResponse = super().changelist_view(request, {**(extra_context or {}), "saved_filters": tabs})
        return answer

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the workbench in place of a form."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        order = find_order(object_id)
        if order is None:
            raise Http404
        context = self.admin_site.each_context(request) | show_order(order, user=request.user)
        return TemplateResponse(request, "admin/orders/workbench.html", context)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        urls: list[URLPattern] = super().get_urls()
        return [
            path("<uuid:order_id>/do/<slug:name>/", wrap(self.operate), name="orders_order_operation"),
            path("<uuid:order_id>/ship-part/", wrap(self.choose_part), name="orders_order_part"),
            path("<uuid:order_id>/packing-slip/", wrap(self.packing_slip), name="orders_order_slip"),
            path("<uuid:order_id>/packing-slip/<uuid:shipment_id>/", wrap(self.packing_slip), name="orders_order_slip"),
            *self.label_urls(),
            *urls,
        ]

    def packing_slip(self, request: HttpRequest, order_id: UUID, shipment_id: UUID | None = None) -> HttpResponse:
        """Answer with the PDF of a parcel that left, or of all that is left to pack."""
        if not request.user.has_perm("orders.ship_order"):
            raise PermissionDenied
        order = find_order(order_id)
        if order is None:
            raise Http404
        quantities = {line.id: line.quantity - line.shipped for line in order.lines}
        if shipment_id:
            quantities = next((dict(parcel.lines) for parcel in order.shipments if parcel.id == shipment_id), {})
        if not any(quantities.values()):
            raise Http404
        # Imported late: making PDFs loads megabytes that the processes shoppers wait for never need.
        from apps.orders.admin.packing_slip import make_packing_slip

        answer = HttpResponse(make_packing_slip(order, quantities=quantities), content_type="application/pdf")
        answer["Content-Disposition"] = f'inline; filename="packing-slip-{order.number}.pdf"'
        return answer

    def operate(self, request: HttpRequest, order_id: UUID, name: str) -> HttpResponse:
        """Say what an operation will do, and do it when confirmed: one call, outside any transaction of admin's."""
        operation = OPERATIONS.get(name)
        order = find_order(order_id)
        if operation is None or order is None:
            raise Http404
        if not request.user.has_perm(operation.right):
            raise PermissionDenied
        back = reverse("admin:orders_order_change", args=[order_id])
        form = operation.form(request.POST or None, request.FILES or None, order=order, chosen=request.GET)
        is_ready = form.is_valid() and (operation.preview is None or "confirmed" in request.POST)
        if is_ready and self._run(request, operation, order, form):
            return redirect(back)
        preview = operation.preview(order, form) if operation.preview and form.is_valid() else None
        context = self.admin_site.each_context(request) | {
            "title": f"{operation.title}: {order.number}",
            "explanation": operation.explain(order),
            "form": form,
            "button": operation.button(order, form),
            "is_dangerous": operation.is_dangerous and (operation.preview is None or preview is not None),
            "preview": preview,
            "summary": operation.summary(order, form) if operation.summary else (),
            "part": reverse("admin:orders_order_part", args=[order_id]) if _is_divisible(operation, order) else "",
            "back": back,
        }
        return TemplateResponse(request, "admin/orders/operation.html", context)

    def choose_part(self, request: HttpRequest, order_id: UUID) -> HttpResponse:
        """Ask how many of each line leave now, and lead to the page that ships them."""
        order = find_order(order_id)
        if order is None:
            raise Http404
        if not request.user.has_perm("orders.ship_order"):
            raise PermissionDenied
        form = PartForm(request.GET or None, order=order)
        ship = reverse("admin:orders_order_operation", args=[order_id, "ship"])
        if form.is_valid():
            return redirect(f"{ship}?{urlencode(form.cleaned_data)}")
        context = {"title": f"Ship a part: {order.number}", "form": form, "back": ship}
        return TemplateResponse(request, "admin/orders/part.html", self.admin_site.each_context(request) | context)

    def _run(self, request: HttpRequest, operation: Operation, order: api.Order, form: Any) -> bool:
        try:
            told = operation.run(order, form, staff_actor(request))
        except DomainError as error:
            form.add_error(None, error.detail or str(error))
            return False
        self.message_user(request, told, messages.SUCCESS)
        return True

    @admin.display(description="buyer", ordering="contact__email")
    def buyer(self, row: Order) -> SafeString:
        address = row.contact.billing_address
        name = " ".join(address[part] for part in ("first_name", "last_name") if address.get(part))
        return format_html('<span>{}<br><span class="bo-quiet">{}</span></span>', name, row.contact.email)

    @admin.display(description="placed", ordering="placed_at")
    def placed(self, row: Order) -> SafeString:
        return format_html('<span class="bo-number">{}</span>', f"{localtime(row.placed_at):%Y-%m-%d %H:%M}")

    @admin.display(description="items", ordering="item_count")
    def items(self, row: Order) -> int:
        return row.item_count

    @admin.display(description="total", ordering="total_amount")
    def sum(self, row: Order) -> SafeString:
        return format_html('<span class="bo-number">{}</span>', formats.money(row.total))

    @_label(description="status", ordering="status")
    def state(self, row: Order) -> str:
        return row.status.replace("_", " ")

    @_label(description="payment", ordering="payment_status")
    def payment(self, row: Order) -> str:
        return _short(row.payment_status)

    @_label(description="fulfilment", ordering="fulfilment_status")
    def fulfilment(self, row: Order) -> str:
        return _short(row.fulfilment_status)
