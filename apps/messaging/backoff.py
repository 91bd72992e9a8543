"""How long to wait after a failure: exponential with full jitter."""

from __future__ import annotations

import random
from datetime import timedelta

from django.conf import settings

_ERROR_LENGTH = 2000


def delay(attempts: int) -> timedelta:
    """Return the wait after the `attempts`-th attempt failed."""
    ceiling = min(
        settings.MESSAGING["BACKOFF_CAP_MS"], settings.MESSAGING["BACKOFF_BASE_MS"] * 2 ** min(attempts - 1, 30)
    )
    return timedelta(milliseconds=random.uniform(ceiling / 2, ceiling))  # noqa: S311 - jitter, not a secret


def describe(error: BaseException) -> str:
    """Return an error as one bounded text for the operator."""
    return f"{type(error).__name__}: {error}"[:_ERROR_LENGTH]
