"""Errors between gateways and services; they do not leave payments by these names."""

from __future__ import annotations

from apps.payments.errors import ProviderUnavailable


class StoredFailure(ProviderUnavailable):
    """The provider replays a failure of its own for this key: only a look, or another key, helps.

    Source: https://docs.stripe.com/api/idempotent_requests.
    """


class TransientFault(Exception):
    """One call failed in a way that may pass: time-out, connection, 409, 429 or 5xx. `is_stored`: it is a replay."""

    def __init__(self, detail: str, *, is_stored: bool = False) -> None:
        super().__init__(detail)
        self.is_stored = is_stored
