"""Events of catalog."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from apps.catalog.contracts import Category, Product
from apps.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductChanged(Event):
    """A product was created or edited; carries the whole of it."""

    event_type = "catalog.product_changed.v1"
    key_field = "product_id"

    product_id: UUID
    product: Product


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductRemoved(Event):
    """A product was deleted."""

    event_type = "catalog.product_removed.v1"
    key_field = "product_id"

    product_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryChanged(Event):
    """A category was created, renamed or moved."""

    event_type = "catalog.category_changed.v1"
    key_field = "category_id"

    category_id: UUID
    category: Category


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryRemoved(Event):
    """A category was deleted."""

    event_type = "catalog.category_removed.v1"
    key_field = "category_id"

    category_id: UUID
