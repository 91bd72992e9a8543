"""Values that cross the boundary of catalog."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from uuid import UUID

from apps.kernel.money import Money


class ProductStatus(Enum):
    """Whether shoppers see a product."""

    DRAFT = "draft"
    PUBLISHED = "published"


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture by reference; sizes in pixels where known."""

    url: str
    alt: str = ""
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A dimension a product varies in, such as Size, with its values in display order."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A node of the category tree; `path` is the slugs from the root, joined by "/"."""

    id: UUID
    name: str
    slug: str
    path: str
    parent_id: UUID | None = None
    position: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """What is sold: one choice of options of a product, with all prices by currency."""

    id: UUID
    product_id: UUID
    sku: str
    title: str
    options: Mapping[str, str]
    prices: Mapping[str, Money]
    compare_at_prices: Mapping[str, Money] = field(default_factory=dict)
    weight_grams: int = 0
    requires_shipping: bool = True
    tax_class: str = "standard"
    barcode: str = ""
    position: int = 0
    image: Image | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A product as its page shows it. `description_html` is sanitised; `version` rises with every change."""

    id: UUID
    slug: str
    title: str
    status: ProductStatus
    description_html: str
    vendor: str
    product_type: str
    tags: tuple[str, ...]
    options: tuple[Option, ...]
    variants: tuple[Variant, ...]
    images: tuple[Image, ...]
    categories: tuple[Category, ...]
    attributes: Mapping[str, str]
    published_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SellableVariant:
    """What a cart needs of a variant, in one currency; `available_for_sale` is false for drafts (stock is inventory's)."""

    id: UUID
    product_id: UUID
    product_slug: str
    sku: str
    title: str
    options: Mapping[str, str]
    price: Money | None
    weight_grams: int
    requires_shipping: bool
    tax_class: str
    image: Image | None
    available_for_sale: bool
