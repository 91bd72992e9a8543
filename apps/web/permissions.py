"""Permissions of views: a customer, or staff with a Django permission that the database confirms now."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from apps.kernel.errors import Denied, Unauthenticated
from apps.web.authentication import caller_of


class RequireCustomer(BasePermission):
    """Lets signed-in callers through; others get 401."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Return True or raise Unauthenticated."""
        if not caller_of(request).is_authenticated:
            raise Unauthenticated("Sign in: this needs an access token.")
        return True


def require_staff(permission: str) -> type[BasePermission]:
    """Return a permission class that lets active staff with the Django `permission` ("orders.ship_order") through.

    It loads the user, so a right withdrawn a moment ago is gone: 401 without a valid token or for a user who is no longer
    active, 403 without the right.
    """

    class RequireStaff(BasePermission):
        """Confirms the right in the database."""

        def has_permission(self, request: Request, view: Any) -> bool:
            """Return True or raise Unauthenticated or Denied."""
            customer_id = caller_of(request).customer_id
            if customer_id is None:
                raise Unauthenticated("Sign in: this needs the access token of a member of staff.")
            user: Any = get_user_model()._default_manager.filter(pk=customer_id).first()
            if user is None or not user.is_active:
                raise Unauthenticated("This account is no longer active.")
            if not (user.is_staff and user.has_perm(permission)):
                raise Denied(f"This needs the permission {permission}.")
            return True

    return RequireStaff
