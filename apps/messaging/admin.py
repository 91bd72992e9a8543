"""Admin: the base class for change forms that publish events, and the list of parked messages."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from apps.messaging.commands import command
from apps.messaging.models import InboxMessage
from apps.messaging.parking import MESSAGE, replay_parked
from apps.persistence.paginator import BoundedPaginator


class EventedAdmin(ModelAdmin):
    """A change form whose save and delete publish the app's event inside admin's own transaction.

    Subclasses implement both hooks with one call of the app's non-durable services.
    """

    def announce_change(self, obj: Any, *, created: bool) -> None:
        """Publish that `obj` and its inlines were saved."""
        raise NotImplementedError

    def announce_removal(self, obj: Any) -> None:
        """Publish that `obj` is about to be deleted."""
        raise NotImplementedError

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        self.announce_change(form.instance, created=not change)

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        self.announce_removal(obj)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Run as a command of the subclass's app: other than the form of one, the action on a list opens no transaction."""

        def remove() -> None:
            self.remove_together(request, queryset)

        remove.__module__ = type(self).__module__
        command(remove)()

    def remove_together(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Announce and delete several, inside one transaction."""
        for obj in queryset:
            self.announce_removal(obj)
        super().delete_queryset(request, queryset)


@admin.register(InboxMessage)
class InboxMessageAdmin(ModelAdmin):
    """Messages that consumers have not applied yet, parked ones first among them."""

    list_display = ("consumer", "event_type", "key", "version", "attempts", "parked_at", "due_at", "last_error")
    list_filter = ("consumer", ("parked_at", admin.EmptyFieldListFilter), ("done_at", admin.EmptyFieldListFilter))
    search_fields = ("key", "message_id")
    show_full_result_count = False
    paginator = BoundedPaginator
    actions = ("replay_selected",)

    @admin.action(description="Replay: apply these parked messages again", permissions=["change"])
    def replay_selected(self, request: HttpRequest, queryset: QuerySet[InboxMessage]) -> None:
        """Unpark each selected message."""
        count = sum(replay_parked(kind=MESSAGE, item_id=row.id) for row in queryset)
        self.message_user(request, f"{count} parked messages will be applied again.", messages.SUCCESS)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
