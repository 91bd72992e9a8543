"""Reads of accounts."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from apps.accounts.errors import CustomerNotFound
from apps.accounts.models import SavedAddress, User


def get_user(customer_id: UUID) -> User:
    user = User.objects.filter(pk=customer_id, is_active=True).first()
    if user is None:
        raise CustomerNotFound("There is no such customer.")
    return user


def list_users(ids: Sequence[UUID]) -> list[User]:
    return list(User.objects.filter(pk__in=ids))


def list_addresses(customer_id: UUID) -> list[SavedAddress]:
    return list(SavedAddress.objects.filter(user_id=customer_id).order_by("-is_default", "id"))
