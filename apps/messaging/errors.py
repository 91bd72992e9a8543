"""Errors of messaging."""

from __future__ import annotations

from apps.kernel.errors import Conflict, Unprocessable


class IdempotencyKeyReused(Unprocessable):
    """The same idempotency key came with another body."""

    code = "idempotency_key_reused"


class IdempotencyKeyInUse(Conflict):
    """The first request with this idempotency key is still under way; `retry_after` is in seconds."""

    code = "idempotency_key_in_use"
    retry_after = 1


class LeaseLost(Exception):
    """The work item was given to another worker meanwhile; record nothing and undo your own step."""


__all__ = ["IdempotencyKeyInUse", "IdempotencyKeyReused", "LeaseLost"]
