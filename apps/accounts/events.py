"""Events of accounts."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from apps.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerRegistered(Event):
    """A customer opened an account."""

    event_type = "accounts.customer_registered.v1"
    key_field = "customer_id"

    customer_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordResetRequested(Event):
    """Somebody asked for a new password in `language` ("de"); each request is an aggregate of its own.

    `customer_id` is None where the address has no account that signs in with a password: published all the same, so that asking
    does the same for every address.
    """

    event_type = "accounts.password_reset_requested.v1"
    key_field = "request_id"

    request_id: UUID
    customer_id: UUID | None
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordChanged(Event):
    """A customer chose another password on a page in `language` ("de"); each change is an aggregate of its own."""

    event_type = "accounts.password_changed.v1"
    key_field = "change_id"

    change_id: UUID
    customer_id: UUID
    language: str
