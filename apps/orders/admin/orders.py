"""The list of orders and the page of one: lines, parcels, history, and links to what can be done."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin, TabularInline

from apps.kernel.errors import DomainError
from apps.orders import api
from apps.orders.admin.operations import OPERATIONS, Operation
from apps.orders.models import Order, OrderLine
from apps.payments import api as payments

STAFF = api.Viewer(is_staff=True)


class LineInline(TabularInline):
    model = OrderLine
    extra = 0
    fields = readonly_fields = ("sku", "title", "quantity", "unit_price", "line_total", "tax")
    verbose_name_plural = "lines"

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("orders.view_order")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Order)
class OrderAdmin(ModelAdmin):
    """Nothing is edited here: an order changes by operations alone."""

    list_display = ("number", "placed_at", "email", "status", "payment_status", "fulfilment_status", "total")
    list_filter = ("status", "payment_status", "fulfilment_status", "placed_at")
    list_select_related = ("contact",)
    search_fields = ("number__exact", "contact__email__iexact", "lines__sku__exact")
    ordering = ("-placed_at", "-id")
    show_full_result_count = False
    inlines = (LineInline,)
    change_form_before_template = "admin/orders/operations.html"
    fieldsets = (
        (None, {"fields": ("number", "placed_at", "status", "payment_status", "fulfilment_status")}),
        (
            "Money",
            {
                "fields": (
                    "subtotal",
                    "discount",
                    "shipping",
                    "tax",
                    "total",
                    "paid",
                    "refunded",
                    "payment_deadline",
                    "payments",
                )
            },
        ),
        ("Buyer", {"fields": ("email", "customer_id", "goes_to", "shipping_method_name")}),
        ("Parcels and history", {"fields": ("parcels", "history")}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return tuple(name for _, options in self.fieldsets for name in options["fields"])

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        operations = self._possible(request, object_id)
        context = {**(extra_context or {}), "operations": operations}
        answer: HttpResponse = super().change_view(request, object_id, form_url, context)
        return answer

    def _possible(self, request: HttpRequest, object_id: str) -> list[tuple[str, str]]:
        """Return title and address of what this member of staff may do to this order now."""
        order = _find(object_id)
        found = [o for o in OPERATIONS.values() if request.user.has_perm(o.right) and order and o.is_possible(order)]
        return [(o.title, reverse("admin:orders_order_operation", args=[object_id, o.name])) for o in found]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.operate)
        urls: list[URLPattern] = super().get_urls()
        return [path("<uuid:order_id>/do/<slug:name>/", view, name="orders_order_operation"), *urls]

    def operate(self, request: HttpRequest, order_id: UUID, name: str) -> HttpResponse:
        """Say what an operation will do, and do it when confirmed: one call, outside any transaction of admin's."""
        operation = OPERATIONS.get(name)
        order = _find(order_id)
        if operation is None or order is None:
            raise Http404
        if not request.user.has_perm(operation.right):
            raise PermissionDenied
        back = reverse("admin:orders_order_change", args=[order_id])
        form = operation.form(request.POST or None, order=order)
        if form.is_valid() and self._run(request, operation, order, form):
            return redirect(back)
        context = self.admin_site.each_context(request) | {
            "title": f"{operation.title}: {order.number}",
            "explanation": operation.explain(order),
            "form": form,
            "opts": self.opts,
            "back": back,
        }
        return TemplateResponse(request, "admin/orders/operation.html", context)

    def _run(self, request: HttpRequest, operation: Operation, order: api.Order, form: Any) -> bool:
        try:
            told = operation.run(order, form, f"staff:{request.user.pk}")
        except DomainError as error:
            form.add_error(None, error.detail or str(error))
            return False
        self.message_user(request, told, messages.SUCCESS)
        return True

    @admin.display(description="e-mail", ordering="contact__email")
    def email(self, row: Order) -> str:
        return row.contact.email

    @admin.display(description="ships to")
    def goes_to(self, row: Order) -> str:
        address = api.get_contact(order_id=row.pk).shipping_address
        name = f"{address.first_name} {address.last_name}"
        parts = (
            name,
            address.line1,
            address.line2,
            f"{address.postal_code} {address.city}",
            address.region,
            address.country,
        )
        return ", ".join(part for part in parts if part)

    @admin.display(description="parcels")
    def parcels(self, row: Order) -> SafeString | str:
        tracking = api.get_tracking(order_id=row.pk, viewer=STAFF)
        told = ((_time(p.shipped_at), sum(p.lines.values()), p.carrier, p.tracking_number) for p in tracking.shipments)
        return format_html_join("", "<div>{}: {} items, {} {}</div>", told) or "-"

    @admin.display(description="payments")
    def payments(self, row: Order) -> SafeString | str:
        """Lead to each payment; that the money of a transfer arrived is noted there."""
        told = (
            (
                reverse("admin:payments_payment_change", args=[payment.id]),
                payment.provider,
                payment.amount,
                payment.status.value.replace("_", " "),
            )
            for payment in payments.list_payments(order_id=row.pk)
        )
        return format_html_join("", '<div><a href="{}">{}: {}, {}</a></div>', told) or "-"

    @admin.display(description="history")
    def history(self, row: Order) -> SafeString:
        told = ((_time(entry.at), entry.detail, entry.actor) for entry in api.get_history(order_id=row.pk))
        return format_html_join("", "<div>{}: {} ({})</div>", told)


def _find(order_id: UUID | str) -> api.Order | None:
    try:
        return api.get_order(order_id=UUID(str(order_id)), viewer=STAFF)
    except (api.OrderNotFound, ValueError):
        return None


def _time(moment: Any) -> str:
    return date_format(moment, "DATETIME_FORMAT")
