"""Published interface of catalog: products, variants, prices, categories, imports."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from uuid import UUID

from apps.catalog import selectors
from apps.catalog.contracts import (
    Category,
    FileColumn,
    ImportedProduct,
    ImportSource,
    ParsedProduct,
    Product,
    ProductInput,
    ProductStatus,
    ProductSummary,
    SellableVariant,
    Variant,
)
from apps.catalog.errors import CategoryInUse, CategoryNotFound, ProductNotFound, UnreadableFile, VariantNotFound
from apps.catalog.importing import reading, shopify
from apps.catalog.services import categories, exports, imports, products, reimports
from apps.kernel.errors import Invalid
from apps.kernel.money import currency_decimals
from apps.kernel.pages import Page
from apps.web.pagination import PageParams

__all__ = [
    "CategoryInUse",
    "CategoryNotFound",
    "ProductNotFound",
    "UnreadableFile",
    "VariantNotFound",
    "create_product",
    "delete_category",
    "delete_product",
    "ensure_categories",
    "export_products",
    "find_product",
    "get_product",
    "get_variant_by_sku",
    "get_variant_ids",
    "get_variants",
    "import_product",
    "import_products",
    "list_categories",
    "list_import_fields",
    "list_product_summaries",
    "list_products",
    "open_import",
    "parse_import",
    "publish_product",
    "read_file_columns",
    "record_imported_stock",
    "save_category",
    "unpublish_product",
    "update_product",
]


def get_variants(*, ids: Sequence[UUID], currency: str, language: str = "") -> dict[UUID, SellableVariant]:
    """Return what a cart needs of each variant, by id, in one statement.

    Unknown ids are absent; `price` is None where a variant is not sold in `currency` (ISO 4217). `language` is what `shown_title` and
    `shown_options` are in: one of the shop's codes, its own where blank.
    """
    return selectors.sellable_variants(ids=ids, currency=currency, language=language)


def get_variant_by_sku(*, sku: str) -> Variant:
    """Return the variant with exactly this SKU. Raises VariantNotFound."""
    variant = selectors.variant_by_sku(sku)
    if variant is None:
        raise VariantNotFound(f"No variant has the SKU {sku!r}.")
    return variant


def get_variant_ids(*, skus: Collection[str]) -> dict[str, UUID]:
    """Return the variants that have exactly these SKUs, by SKU; unknown ones are absent. One query."""
    return selectors.variant_ids(skus)


def get_product(*, product_id: UUID) -> Product:
    """Return a whole product, draft or published. Raises ProductNotFound."""
    product = selectors.product(product_id)
    if product is None:
        raise ProductNotFound(f"There is no product {product_id}.")
    return product


def find_product(*, slug: str) -> Product | None:
    """Return the product with this slug, draft or published; None where there is none."""
    return selectors.product_by_slug(slug)


def get_product_titles(*, product_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the titles of products in the shop's own language, by id; unknown ones are absent. One query."""
    return selectors.product_titles(product_ids)


def list_products(*, after_id: UUID | None = None, limit: int = 500) -> tuple[Product, ...]:
    """Return products in order of id, those after `after_id`, at most `limit`: for rebuilding projections in batches."""
    return selectors.products(after_id=after_id, limit=limit)


def list_product_summaries(
    *, params: PageParams, search: str = "", status: ProductStatus | None = None
) -> Page[ProductSummary]:
    """Return a page of products for staff, newest first; `search` looks into titles and slugs, or is a whole SKU. One statement."""
    return selectors.product_page(params=params, search=search, status=status)


def list_categories() -> tuple[Category, ...]:
    """Return the whole tree in order of path: a parent stands before its children."""
    return selectors.categories()


def create_product(*, product: ProductInput) -> Product:
    """Create a product and publish ProductChanged. Raises Invalid naming each field that breaks a rule (`slug` or `variants` `taken`)."""
    return products.create_product(product=product)


def update_product(*, product_id: UUID, product: ProductInput, if_version: int | None = None) -> Product:
    """Bring a product to what `product` says: what is not in it goes. Publishes ProductChanged where anything differed.

    Raises ProductNotFound, Invalid, and PreconditionFailed where `if_version` is given and no longer the product's version.
    """
    return products.update_product(product_id=product_id, product=product, if_version=if_version)


def publish_product(*, product_id: UUID) -> Product:
    """Show a product to shoppers. Raises ProductNotFound; Invalid where no variant has a price."""
    return products.set_status(product_id=product_id, status=ProductStatus.PUBLISHED)


def unpublish_product(*, product_id: UUID) -> Product:
    """Hide a product from shoppers. Raises ProductNotFound."""
    return products.set_status(product_id=product_id, status=ProductStatus.DRAFT)


def delete_product(*, product_id: UUID) -> None:
    """Delete a product with its variants and prices, and publish ProductRemoved. Orders keep their own copies. Raises ProductNotFound."""
    products.delete_product(product_id=product_id)


def save_category(
    *,
    name: str,
    slug: str,
    parent_id: UUID | None = None,
    position: int = 0,
    category_id: UUID | None = None,
    names: Mapping[str, str] | None = None,
) -> Category:
    """Create a category, or rename or move the one with `category_id`; its whole branch moves along.

    `names` are those in the shop's other languages, by language; None leaves them as they are. Publishes CategoryChanged for each node
    that moved. Raises Invalid (slug `invalid` or `taken`, parent `cycle`, names.<language> `unknown_language`), CategoryNotFound.
    """
    return categories.save_category(
        name=name, slug=slug, parent_id=parent_id, position=position, category_id=category_id, names=names
    )


def ensure_categories(*, paths: Sequence[Sequence[str]]) -> None:
    """Make the categories that each sequence of names leads through from the root, where they are missing."""
    categories.ensure_categories(paths=paths)


def delete_category(*, category_id: UUID) -> None:
    """Delete an empty category and publish CategoryRemoved. Raises CategoryNotFound, CategoryInUse."""
    categories.delete_category(category_id=category_id)


def open_import(
    *,
    path: Path,
    currency: str,
    format: str = "shopify",
    encoding: str = "utf-8-sig",
    untracked_stock: int | None = None,
    mapping: Mapping[str, str] | None = None,
) -> ImportSource:
    """Read a product file through once and return what it holds; changes nothing.

    `currency` (ISO 4217) is that of the file's prices. `mapping` gives columns another meaning, by heading: the name of a field
    (`list_import_fields`), the heading itself for an attribute, "" to leave the column out.
    Raises UnreadableFile where the file as a whole cannot be imported
    (encoding, heading, columns), Invalid for an unknown currency or format.
    """
    currency_decimals(currency)
    if format != "shopify":
        raise Invalid.field("format", "unknown_format", f"{format!r} is not known; use shopify.")
    return shopify.scan(
        ImportSource(
            path=str(path),
            format=format,
            currency=currency,
            encoding=encoding,
            product_count=0,
            untracked_stock=untracked_stock,
            mapping=mapping or {},
        )
    )


def list_import_fields() -> tuple[str, ...]:
    """Return the names of the fields that a column of a product file may hold."""
    return tuple(shopify.COLUMNS.spellings)


def read_file_columns(*, path: Path, encoding: str = "utf-8-sig") -> list[FileColumn]:
    """Return the columns of a product file with the fields they are taken for. Raises UnreadableFile."""
    return reading.read_columns(path=path, columns=shopify.COLUMNS, encoding=encoding)


def parse_import(*, source: ImportSource) -> Iterator[ParsedProduct]:
    """Yield the file's products one at a time, each with notes on its cells; only one product's rows are held in memory."""
    return shopify.parse(source)


def import_product(*, parsed: ParsedProduct, dry_run: bool = False) -> ImportedProduct:
    """Create or update one product in its own transaction, by handle and option values; publish only where anything differed.

    `stock` of the result is what the caller sets in inventory and then hands to `record_imported_stock`. A dry run writes nothing and
    returns the same. What breaks a rule is in `notes`, never raised.
    """
    return imports.import_product(parsed=parsed, dry_run=dry_run)


def import_products(*, parsed: Iterable[ParsedProduct], dry_run: bool = False) -> Iterator[ImportedProduct]:
    """Import one product after the other as `import_product` does, and pass quickly over those that need no look.

    These are the ones that `record_imported_stock` was told of as finished, where neither the file nor the product has changed since: an
    import that was cut short, even by a kill, goes on from there when it is run again.
    """
    return reimports.import_products(parsed=parsed, dry_run=dry_run)


def record_imported_stock(*, quantities: Mapping[UUID, int], finished: Sequence[ImportedProduct] = ()) -> None:
    """Remember the units that a file named per variant, so that the next import of the same number leaves sales since alone.

    `finished` are the products whose stock is all set, so that the next import passes over them while nothing changes.
    """
    imports.record_imported_stock(quantities=quantities, finished=finished)


def export_products(
    *,
    currency: str,
    count_stock: Callable[[Collection[UUID]], Mapping[UUID, int]],
    left_out: Callable[[str, str], None],
) -> Iterator[str]:
    """Yield every product as CSV text in Shopify's format, a hundred products at a time, in order of slug.

    Importing it changes nothing (docs/importing.md says how each field is carried). `currency` (ISO 4217) is that of the prices.
    `count_stock` returns units by variant id; the numbers are remembered, so that importing them later leaves sales since alone. `left_out`
    is told slug and SKU of each variant without a price in the currency, and the slug with "" of a product without variants: the format has
    no row for them. Raises Invalid for an unknown currency, before the first text.
    """
    currency_decimals(currency)
    return exports.export_products(currency=currency, count_stock=count_stock, left_out=left_out)
