"""Errors of catalog."""

from __future__ import annotations

from apps.kernel.errors import Conflict, Invalid, NotFound


class ProductNotFound(NotFound):
    """No product has this id or slug."""

    code = "product_not_found"


class VariantNotFound(NotFound):
    """No variant has this SKU or id."""

    code = "variant_not_found"


class CategoryNotFound(NotFound):
    """No category has this id or path."""

    code = "category_not_found"


class CategoryInUse(Conflict):
    """The category still has products or children."""

    code = "category_in_use"


class UnreadableFile(Invalid):
    """The file as a whole cannot be imported; the message says what would be right."""

    code = "unreadable_file"
