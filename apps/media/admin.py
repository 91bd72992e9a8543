"""Pictures asked for elsewhere: which are not here, why, and trying again."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from apps.media import api as media
from apps.media.models import ImageRequest
from apps.persistence.paginator import BoundedPaginator


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"
    _CONDITIONS = {
        "stored": {"image__isnull": False},
        "waiting": {"image__isnull": True, "next_run_at__isnull": False, "parked_at__isnull": True},
        "failed": {"image__isnull": True, "next_run_at__isnull": True},
        "parked": {"parked_at__isnull": False},
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, name) for name in self._CONDITIONS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ImageRequest]) -> QuerySet[ImageRequest]:
        condition = self._CONDITIONS.get(self.value() or "")
        return queryset.filter(**condition) if condition else queryset


@admin.register(ImageRequest)
class ImageRequestAdmin(ModelAdmin):
    list_display = ("source_url", "state", "problem", "failures", "next_run_at")
    list_filter = (StateFilter,)
    search_fields = ("source_url", "host")
    ordering = ("-next_run_at", "id")
    show_full_result_count = False
    paginator = BoundedPaginator
    actions = ("fetch_again",)

    @admin.action(description="Fetch again: try once more what failed")
    def fetch_again(self, request: HttpRequest, queryset: QuerySet[ImageRequest]) -> None:
        """Ask for each selected picture that failed once more."""
        failed = [row.source_url for row in queryset if row.state == "failed"]
        media.request_images(source_urls=failed)
        self.message_user(request, f"{len(failed)} pictures will be fetched again.", messages.SUCCESS)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
