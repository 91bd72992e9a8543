"""Mails in admin: read only, with a way to try a parked one again."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from apps.messaging import api as messaging
from apps.notifications.models import OutboundMail
from apps.notifications.services.mails import DRIVER


@admin.register(OutboundMail)
class OutboundMailAdmin(ModelAdmin):
    """What was sent, what waits, what failed and why."""

    list_display = ("kind", "order_id", "state", "sent_at", "attempts", "next_run_at", "last_error")
    list_filter = ("kind", ("sent_at", admin.EmptyFieldListFilter), ("parked_at", admin.EmptyFieldListFilter))
    search_fields = ("order_id__exact",)
    show_full_result_count = False
    actions = ("send_again",)

    @admin.action(description="Send parked mails again")
    def send_again(self, request: HttpRequest, queryset: QuerySet[OutboundMail]) -> None:
        count = sum(messaging.replay_parked(kind=DRIVER, item_id=row.id) for row in queryset)
        self.message_user(request, f"{count} parked mails will be sent again.", messages.SUCCESS)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
