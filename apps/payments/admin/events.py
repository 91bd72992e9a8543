"""Lists of refunds and webhook events to read; what is parked is replayed from the page of parked work."""

from __future__ import annotations

from django.contrib import admin
from unfold.admin import ModelAdmin

from apps.payments.admin.payments import AMOUNT, ReadOnlyMixin
from apps.payments.models import Refund, WebhookEvent
from apps.persistence.paginator import BoundedPaginator


@admin.register(Refund)
class RefundAdmin(ReadOnlyMixin, ModelAdmin):
    list_display = ("created_at", "payment_id", AMOUNT, "status", "reason", "actor", "detail")
    list_filter = ("status", ("parked_at", admin.EmptyFieldListFilter), "created_at")
    search_fields = ("payment__id__exact", "reference__exact", "provider_reference__exact")
    ordering = ("-id",)
    show_full_result_count = False
    paginator = BoundedPaginator
    fields = readonly_fields = (
        "payment_id",
        "reference",
        "status",
        AMOUNT,
        "reason",
        "actor",
        "provider_reference",
        "detail",
        "created_at",
        "sent_at",
        "attempts",
        "last_error",
    )


@admin.register(WebhookEvent)
class WebhookEventAdmin(ReadOnlyMixin, ModelAdmin):
    list_display = ("received_at", "provider", "event_type", "outcome", "attempts", "parked_at", "last_error")
    list_filter = ("outcome", "event_type", ("parked_at", admin.EmptyFieldListFilter), "received_at")
    search_fields = ("event_id__exact",)
    ordering = ("-id",)
    show_full_result_count = False
    paginator = BoundedPaginator
    fields = readonly_fields = (
        "provider",
        "event_id",
        "event_type",
        "payload",
        "outcome",
        "received_at",
        "attempts",
        "parked_at",
        "last_error",
    )
