"""Values that cross the boundary of accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from apps.kernel.address import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A person with an account. `email` is lower case."""

    id: UUID
    email: str
    first_name: str
    last_name: str
    is_staff: bool
    date_joined: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPair:
    """An access token (JWT, 15 minutes) and the refresh token that follows it (7 days, used once)."""

    access: str
    refresh: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordReset:
    """What a mail with a link for a new password needs: whose it is, and the token for the link, good once and for an hour."""

    customer: Customer
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserSession:
    """A browser that is signed in; `device` is its User-Agent header, `is_current` the one that asks."""

    id: UUID
    device: str
    started_at: datetime
    is_current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedAddress:
    """An address in a customer's book."""

    id: UUID
    address: Address
    is_default: bool
