"""Errors of addressing."""

from __future__ import annotations

from apps.kernel.errors import NotFound


class UnknownCountry(NotFound):
    """No country has this code."""

    code = "unknown_country"
