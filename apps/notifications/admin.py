"""Mails in admin: read only, with a way to try a parked one again."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.timezone import localtime
from unfold.admin import ModelAdmin

from apps.messaging import api as messaging
from apps.notifications.models import Bounce, OutboundMail, StockNotice
from apps.notifications.services import bounces, mails, stock_notices
from apps.persistence.paginator import BoundedPaginator


class _SentMailAdmin(ModelAdmin):
    """Read only, with a way to try parked ones again."""

    driver = ""
    show_full_result_count = False
    paginator = BoundedPaginator
    actions: tuple[str, ...] = ("send_again",)

    @admin.action(description="Send parked mails again")
    def send_again(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        count = sum(messaging.replay_parked(kind=self.driver, item_id=row.id) for row in queryset)
        self.message_user(request, f"{count} parked mails will be sent again.", messages.SUCCESS)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(OutboundMail)
class OutboundMailAdmin(_SentMailAdmin):
    """What was sent about orders, what waits, what failed and why."""

    driver = mails.DRIVER
    list_display = ("kind", "order_id", "state", "sent_at", "attempts", "next_run_at", "last_error")
    list_filter = ("kind", ("sent_at", admin.EmptyFieldListFilter), ("parked_at", admin.EmptyFieldListFilter))
    search_fields = ("order_id__exact",)


@admin.register(StockNotice)
class StockNoticeAdmin(_SentMailAdmin):
    """Who waits for a variant, who was told and what came back; addresses are not shown."""

    driver = stock_notices.DRIVER
    list_display = ("variant_id", "state", "requested_at", "sent_at", "came_back", "attempts", "last_error")
    list_filter = (
        "state",
        ("bounces__is_final", admin.BooleanFieldListFilter),
        ("parked_at", admin.EmptyFieldListFilter),
    )
    search_fields = ("variant_id__exact",)
    exclude = ("address", "address_hash", "lease_token")
    readonly_fields = ("came_back",)
    actions = ("send_again", "write_again")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.prefetch_related("bounces")

    @admin.display(description="Came back")
    def came_back(self, notice: StockNotice) -> str:
        return "; ".join(_told(bounce) for bounce in notice.bounces.all())

    @admin.action(description="Send mails to these addresses again", permissions=["change"])
    def write_again(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        count = _revive(list(queryset.values_list("address_hash", flat=True)))
        self.message_user(
            request, f"Written to again from now on, though mails had come back for good: {count}.", messages.SUCCESS
        )


_revive = messaging.command(bounces.revive)


def _told(bounce: Bounce) -> str:
    ends = "" if bounce.is_final else " (the address may take the next one)"
    return f"{date_format(localtime(bounce.recorded_at), 'j F Y, H:i')}: {bounce.status} {bounce.reason}{ends}"
