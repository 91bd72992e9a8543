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
