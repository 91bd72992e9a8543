"""The list of declined charges, and the page that lets a card, account or address try again."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextInputWidget

from apps.payments.admin.payments import ReadOnlyMixin
from apps.payments.models import DeclinedCharge, LiftedLimit
from apps.payments.services import declines
from apps.persistence.paginator import BoundedPaginator
from apps.web.authentication import staff_actor

_MARK: Final = 8
_RIGHT: Final = "payments.lift_decline_limit"


class ReasonForm(forms.Form):
    reason = forms.CharField(
        max_length=200, widget=UnfoldAdminTextInputWidget, help_text="Such as: called, their bank had blocked the card."
    )


@admin.register(DeclinedCharge)
class DeclinedChargeAdmin(ReadOnlyMixin, ModelAdmin):
    """Equal marks are the same card, account or address; what they are is not kept."""

    list_display = (
        "declined_at",
        "payment_id",
        "decline_code",
        "card_mark",
        "account_mark",
        "address_mark",
        "reference",
    )
    list_filter = ("decline_code", "declined_at")
    search_fields = (
        "payment__id__exact",
        "reference__exact",
        "card__startswith",
        "account__startswith",
        "address__startswith",
    )
    ordering = ("-declined_at",)
    show_full_result_count = False
    paginator = BoundedPaginator
    fields = readonly_fields = list_display
    change_form_before_template = "admin/payments/operations.html"

    @admin.display(description="card")
    def card_mark(self, row: DeclinedCharge) -> str:
        return row.card[:_MARK]

    @admin.display(description="account")
    def account_mark(self, row: DeclinedCharge) -> str:
        return row.account[:_MARK]

    @admin.display(description="address")
    def address_mark(self, row: DeclinedCharge) -> str:
        return row.address[:_MARK]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Lead to what may be lifted."""
        row: DeclinedCharge | None = self.get_object(request, object_id)
        kinds = LiftedLimit.Kind.values if row and request.user.has_perm(_RIGHT) else []
        known = [kind for kind in kinds if getattr(row, kind)]
        operations = [
            (f"Let this {kind} try again", reverse("admin:payments_declinedcharge_lift", args=[object_id, kind]))
            for kind in known
        ]
        answer: HttpResponse = super().change_view(request, object_id, form_url, {"operations": operations})
        return answer

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.lift)
        urls: list[URLPattern] = super().get_urls()
        return [path("<uuid:declined_id>/lift/<slug:kind>/", view, name="payments_declinedcharge_lift"), *urls]

    def lift(self, request: HttpRequest, declined_id: UUID, kind: str) -> HttpResponse:
        """Ask why a card, account or address may try again, say how much counts no more, and lift its limit."""
        row = DeclinedCharge.objects.filter(pk=declined_id).first()
        mark = getattr(row, kind) if kind in LiftedLimit.Kind.values else ""
        if not mark:
            raise Http404
        if not request.user.has_perm(_RIGHT):
            raise PermissionDenied
        back = reverse("admin:payments_declinedcharge_change", args=[declined_id])
        form = ReasonForm(request.POST or None)
        if form.is_valid():
            reason, actor = form.cleaned_data["reason"], staff_actor(request)
            number = declines.lift(kind=kind, mark=mark, reason=reason, actor=actor)
            told = (
                f"{number} declines of this {kind} count no more."
                if number
                else f"No decline of this {kind} counts any more."
            )
            messages.success(request, told)
            return redirect(back)
        context = self.admin_site.each_context(request) | {
            "title": f"Let this {kind} try again",
            "kind": kind,
            "number": declines.count_recent(kind=kind, mark=mark),
            "form": form,
            "back": back,
        }
        return TemplateResponse(request, "admin/payments/lift.html", context)


@admin.register(LiftedLimit)
class LiftedLimitAdmin(ReadOnlyMixin, ModelAdmin):
    """Who let whom try cards again, and why."""

    list_display = ("lifted_at", "kind", "short_mark", "declines", "reason", "actor")
    list_filter = ("kind", "lifted_at")
    search_fields = ("mark__startswith", "actor__exact")
    ordering = ("-lifted_at",)
    show_full_result_count = False
    paginator = BoundedPaginator
    fields = readonly_fields = list_display

    @admin.display(description="mark")
    def short_mark(self, row: LiftedLimit) -> str:
        return row.mark[:_MARK]
