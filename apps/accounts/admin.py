"""Customers and staff in admin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from apps.accounts.models import User
from apps.accounts.services import people
from apps.messaging.admin import EventedAdmin
from apps.persistence.paginator import BoundedPaginator

if TYPE_CHECKING:
    TypedUserAdmin = DjangoUserAdmin[User]
else:
    TypedUserAdmin = DjangoUserAdmin


_RIGHTS: Final = {
    "is_active": "Without it nobody signs in with this account, and browsers that are signed in are out with their next click."
    " Its orders stay.",
    "is_staff": "Opens the back office; what may be done there is said by the roles below.",
    "is_superuser": "May do everything, also with accounts and rights of staff.",
}


@admin.register(User)
class UserAdmin(EventedAdmin, TypedUserAdmin):
    """People by e-mail address. An account is closed (`is_active`), never deleted: orders keep its id."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    ordering = ("-date_joined", "-id")
    list_per_page = 50
    list_display = ("email", "first_name", "last_name", "is_staff", "is_active", "date_joined")
    list_filter = ("is_staff", "is_active", "groups")
    search_fields = ("email", "first_name", "last_name")
    readonly_fields = ("date_joined", "last_login")
    show_full_result_count = False
    paginator = BoundedPaginator
    change_form_before_template = "admin/accounts/user_links.html"
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        ("Person", {"fields": ("first_name", "last_name", "date_joined", "last_login")}),
        ("Rights", {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
    )
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("email", "password1", "password2")}),)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Say of each right what giving or taking it away does."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and db_field.name in _RIGHTS:
            field.help_text = _RIGHTS[db_field.name]
        return field

    def announce_change(self, obj: User, *, created: bool) -> None:
        """Publish that staff opened an account."""
        if created:
            people.announce_registration(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


admin.site.unregister(Group)


@admin.register(Group)
class RoleAdmin(DjangoGroupAdmin, ModelAdmin):
    """Roles, in the theme's own forms."""

    deletion_consequences = (
        "Its members lose its rights with their next click. A role that the shop itself brings comes back with the next"
        " migration, without members."
    )
