"""Refusals of content."""

from __future__ import annotations

from apps.kernel.errors import NotFound


class PageNotFound(NotFound):
    """There is no such page."""

    code = "page_not_found"


class CollectionNotFound(NotFound):
    """There is no such collection."""

    code = "collection_not_found"
