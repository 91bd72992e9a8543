"""Errors of search."""

from __future__ import annotations

from apps.kernel.errors import NotFound


class DocumentNotFound(NotFound):
    """No published product has this id or slug and a price in the currency."""

    code = "product_not_found"
