"""Values that cross the boundary of catalog."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Final
from uuid import UUID

from apps.kernel.money import Money

# Every price lies below it, so that 500 lines of 999 pieces each still fit the column of a total.
PRICE_LIMIT: Final = 10**9
# Attributes that are for search engines, for the head of a page and not among its facts (an import fills them from "SEO Title" and
# "SEO Description"): a translation may have them where the product itself does not.
SEO_ATTRIBUTES: Final = ("seo_title", "seo_description")
# How many characters each text of a product may have, in any language: by the members of ProductTexts.
LONGEST_TEXTS: Final = {
    "title": 255,
    "description_html": 500_000,
    "names": 255,
    "values": 255,
    "attributes": 5000,
    "tags": 255,
    "image_alts": 500,
}


class ProductStatus(Enum):
    """Whether shoppers see a product."""

    DRAFT = "draft"
    PUBLISHED = "published"


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture by reference; sizes in pixels where known. `source_urls` are the addresses elsewhere that it was fetched from."""

    url: str
    alt: str = ""
    width: int | None = None
    height: int | None = None
    source_urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A dimension a product varies in, such as Size, with its values in display order."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductTexts:
    """A product's texts in another language than the shop's own; each that is blank or absent is shown in the shop's own.

    The maps lead from what the product itself holds to what is shown instead: `names` from the name of an option or attribute, `values`
    from an option's name and from there by value, `attributes` from an attribute's name to its text, `image_alts` from the address of an
    image. `tags` are searched beside those that they stand for. Slugs, options and tags stay one for all languages: links, filters and
    carts hang on them.
    """

    title: str = ""
    description_html: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    image_alts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A node of the category tree; `path` is the slugs from the root, joined by "/". `names` are by other languages than the shop's own."""

    id: UUID
    name: str
    slug: str
    path: str
    parent_id: UUID | None = None
    position: int = 0
    names: Mapping[str, str] = field(default_factory=dict)

    def name_in(self, language: str) -> str:
        """Return the name in a language, in the shop's own where it has none."""
        return self.names.get(language) or self.name


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
    """A product as its page shows it. `description_html` is sanitised; `version` rises with every change.

    `translations` are by language, those of the shop's other languages and only of what the product has now.
    """

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
    translations: Mapping[str, ProductTexts] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductSummary:
    """A product in the list that staff see."""

    id: UUID
    slug: str
    title: str
    status: ProductStatus
    vendor: str
    product_type: str
    variant_count: int
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SellableVariant:
    """What a cart needs of a variant, in one currency; `available_for_sale` is false for drafts (stock is inventory's).

    `compare_at_price` is the former price, only where it was the higher one.
    `shown_title` and `shown_options` are what `title` and `options` read in the language that was asked for.
    """

    id: UUID
    product_id: UUID
    product_slug: str
    sku: str
    title: str
    options: Mapping[str, str]
    price: Money | None
    compare_at_price: Money | None
    weight_grams: int
    requires_shipping: bool
    tax_class: str
    image: Image | None
    available_for_sale: bool
    shown_title: str
    shown_options: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantInput:
    """A variant as staff or an import wants it.

    `options` names a value for each option of the product. A blank `sku` keeps the one it has or gets a stable generated one. It is
    matched to an existing variant by `id` where given, else by `options`. `image_url` is one of the product's images.
    """

    options: Mapping[str, str] = field(default_factory=dict)
    prices: Mapping[str, Money] = field(default_factory=dict)
    compare_at_prices: Mapping[str, Money] = field(default_factory=dict)
    id: UUID | None = None
    sku: str = ""
    weight_grams: int = 0
    requires_shipping: bool = True
    tax_class: str = "standard"
    barcode: str = ""
    image_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductInput:
    """A whole product as staff or an import wants it; what is not in it goes. `categories` are paths of existing categories.

    A blank `slug` is made from the title. `description_html` may be any HTML, in `translations` too: it is sanitised when it is stored.
    Without `translations` those that the product has stay.
    """

    title: str
    slug: str = ""
    status: ProductStatus = ProductStatus.DRAFT
    description_html: str = ""
    vendor: str = ""
    product_type: str = ""
    tags: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    variants: tuple[VariantInput, ...] = ()
    images: tuple[Image, ...] = ()
    categories: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)
    translations: Mapping[str, ProductTexts] | None = None


class ImportOutcome(Enum):
    """What an import did with one product."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportNote:
    """A remark on one cell of an import file: what was found and what would be right.

    `line` counts from 1, the header included. With `is_error` the row was left out; else it was imported as the message says.
    """

    line: int
    column: str
    value: str
    message: str
    is_error: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSource:
    """A file that was opened and understood; `product_count` is how many products it holds.

    `scattered` are the handles whose rows do not stand together. `untracked_stock` is the stock (whole units) for variants whose
    inventory the other shop does not track; None takes the quantity in the file. `mapping` gives columns another meaning (see open_import).
    """

    path: str
    format: str
    currency: str
    encoding: str
    product_count: int
    scattered: frozenset[str] = frozenset()
    untracked_stock: int | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryStep:
    """A step from the root of the tree to a category; a blank `slug` is made from the name."""

    name: str
    slug: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedCells:
    """Cells of a file that the shop has no field for, shows nobody and writes again in an export.

    `product` and `variants` hold text by heading; `headings` tells under which heading an attribute came, where it is not the usual one.
    `told` are the headings of the file: what it does not have stays as it is.
    """

    product: Mapping[str, str] = field(default_factory=dict)
    variants: tuple[Mapping[str, str], ...] = ()
    headings: Mapping[str, str] = field(default_factory=dict)
    told: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class FileColumn:
    """A column of a product file: its heading, what stands first in it, and the field it is taken for ("" for none: an attribute)."""

    heading: str
    sample: str
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportChange:
    """What an import changes of a product, in words that a person reads."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedProduct:
    """A product read from a file; `product` is None where nothing usable was left.

    `stock` and `carried.variants` go with `product.variants`, one entry each; stock is whole units, None where the file says nothing.
    Each of `categories` leads from the root of the tree to one; `type_is_category` where the product's type or standard category named it.
    Without `carried` nothing is said of such cells.
    """

    handle: str
    line: int
    product: ProductInput | None
    stock: tuple[int | None, ...]
    categories: tuple[tuple[CategoryStep, ...], ...]
    notes: tuple[ImportNote, ...]
    type_is_category: bool = False
    carried: CarriedCells | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedProduct:
    """What became of one product; `stock` holds the units to set by variant id, where the file says something new.

    `product_id` and `version` are of the product as it was left, None and 0 where there is none. `digest` stands for what the file says; it
    is blank where the same file has to be looked at again.
    """

    handle: str
    line: int
    outcome: ImportOutcome
    stock: Mapping[UUID, int]
    skus: Mapping[UUID, str]
    notes: tuple[ImportNote, ...]
    product_id: UUID | None = None
    version: int = 0
    digest: str = ""
    changes: tuple[ImportChange, ...] = ()
