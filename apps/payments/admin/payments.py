"""The list of payments and the page of one: its ledger, its refunds, and links to what can be done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from unfold.admin import ModelAdmin, TabularInline

from apps.kernel.errors import DomainError
from apps.payments import selectors
from apps.payments.admin.operations import OPERATIONS, Operation, PlainForm
from apps.payments.contracts import RefundStatus
from apps.payments.models import Payment, PaymentTransaction, Refund
from apps.persistence.paginator import BoundedPaginator
from apps.web import formats
from apps.web.authentication import staff_actor


def _written(name: str) -> Callable[[Any], str]:
    """Return a column of the admin that shows the money `name` of a row as the shop writes it."""

    @admin.display(description=name)
    def shown(row: Any) -> str:
        return formats.money(getattr(row, name))

    shown.__name__ = name  # the admin marks up columns by it
    return shown


AMOUNT, CAPTURED, REFUNDED = _written("amount"), _written("captured"), _written("refunded")


class ReadOnlyMixin:
    """Rows that only services write."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class PartMixin(ReadOnlyMixin):
    """Part of a payment's page: seen by whoever sees the payment."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("payments.view_payment")


class LedgerInline(PartMixin, TabularInline):
    model = PaymentTransaction
    extra = 0
    fields = readonly_fields = ("created_at", "kind", AMOUNT, "reference", "actor", "note")
    verbose_name_plural = "ledger"


class RefundInline(PartMixin, TabularInline):
    model = Refund
    extra = 0
    fields = readonly_fields = ("created_at", "status", AMOUNT, "reason", "actor", "provider_reference", "detail")
    verbose_name_plural = "refunds"


class OwedFilter(admin.SimpleListFilter):
    """Payments of which staff have to send money back themselves."""

    title, parameter_name = "money owed", "owed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(RefundStatus.PENDING.value, "transfer to be sent"), (RefundStatus.FAILED.value, "refund that failed")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Payment]) -> QuerySet[Payment]:
        owed = selectors.refunds_to_send().filter(status=self.value())
        return queryset.filter(pk__in=owed.values("payment_id")) if self.value() else queryset


@admin.register(Payment)
class PaymentAdmin(ReadOnlyMixin, ModelAdmin):
    """Nothing is edited here: a payment changes by what its provider says."""

    list_display = ("id", "created_at", "order_id", "provider", "kind", "status", AMOUNT, CAPTURED, REFUNDED)
    list_filter = (OwedFilter, "status", "provider", "kind", "created_at")
    search_fields = ("id__exact", "order_id__exact", "intent_id__exact", "session_id__exact")
    ordering = ("-id",)
    list_per_page = 50
    show_full_result_count = False
    paginator = BoundedPaginator
    inlines = (LedgerInline, RefundInline)
    change_form_before_template = "admin/payments/operations.html"
    # Not client_secret and redirect_url: with them somebody else could pay, or see what the buyer sees.
    fields = readonly_fields = (
        "order_id",
        "customer_id",
        "provider",
        "kind",
        "status",
        AMOUNT,
        CAPTURED,
        REFUNDED,
        "decline_code",
        "session_id",
        "intent_id",
        "instructions",
        "deadline",
        "created_at",
        "opened_at",
        "checked_at",
        "version",
    )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        payment: Payment | None = self.get_object(request, object_id)
        operations = self._possible(request, payment) if payment else []
        context = {**(extra_context or {}), "operations": operations}
        answer: HttpResponse = super().change_view(request, object_id, form_url, context)
        return answer

    def _possible(self, request: HttpRequest, payment: Payment) -> list[tuple[str, str]]:
        """Return title and address of what this member of staff may do to the payment now."""
        found = [o for o in OPERATIONS.values() if request.user.has_perm(o.right) and o.is_possible(payment)]
        return [(o.title, reverse("admin:payments_payment_operation", args=[payment.pk, o.name])) for o in found]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.operate)
        urls: list[URLPattern] = super().get_urls()
        return [path("<uuid:payment_id>/do/<slug:name>/", view, name="payments_payment_operation"), *urls]

    def operate(self, request: HttpRequest, payment_id: UUID, name: str) -> HttpResponse:
        """Say what an operation will do, and do it when confirmed: one call, outside any transaction of admin's."""
        operation, payment = OPERATIONS.get(name), Payment.objects.filter(pk=payment_id).first()
        if operation is None or payment is None:
            raise Http404
        if not request.user.has_perm(operation.right):
            raise PermissionDenied
        back = reverse("admin:payments_payment_change", args=[payment_id])
        form = operation.form(request.POST or None, payment=payment)
        is_ready = form.is_valid() and (operation.preview is None or "confirmed" in request.POST)
        if is_ready and self._run(request, operation, payment, form):
            return redirect(back)
        preview = operation.preview(payment, form) if operation.preview and form.is_valid() else None
        context = self.admin_site.each_context(request) | {
            "title": f"{operation.title}: {formats.money(payment.amount)}",
            "explanation": operation.explain(payment),
            "form": form,
            "buttons": operation.buttons(payment, form),
            "is_dangerous": operation.is_dangerous and preview is not None,
            "preview": preview,
            "back": back,
        }
        return TemplateResponse(request, "admin/payments/operation.html", context)

    def _run(self, request: HttpRequest, operation: Operation, payment: Payment, form: PlainForm) -> bool:
        try:
            done = operation.run(payment, form, staff_actor(request))
        except DomainError as error:
            form.add_error(None, error.detail)
            return False
        messages.success(request, done)
        return True
