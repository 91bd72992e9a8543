"""Writing products; each change rises the version under the row's lock and publishes the whole product."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Final
from uuid import UUID

from django.db import IntegrityError
from django.db.models import F
from django.utils.text import slugify

from apps.catalog import models, selectors
from apps.catalog.contracts import Product, ProductInput, ProductStatus
from apps.catalog.errors import ProductNotFound
from apps.catalog.events import ProductChanged, ProductRemoved
from apps.catalog.services.validation import check_product
from apps.catalog.services.writing import ProductWriter
from apps.kernel import clock
from apps.kernel.errors import Invalid, PreconditionFailed
from apps.media import api as media
from apps.messaging import api as messaging

# PostgreSQL's detail of a broken unique constraint, in any language: Key (sku)=(A-1) already exists.
_TAKEN: Final = re.compile(r"\((slug|sku)\)=\((.*)\)", re.DOTALL)


def create_product(*, product: ProductInput) -> Product:
    return request_pictures(_create_product(product=product))


@messaging.command
def _create_product(*, product: ProductInput) -> Product:
    return write_product(row=models.Product(), is_new=True, given=product)[0]


def update_product(*, product_id: UUID, product: ProductInput, if_version: int | None = None) -> Product:
    return request_pictures(_update_product(product_id=product_id, product=product, if_version=if_version))


def request_pictures(product: Product) -> Product:
    """Have the pictures fetched that lie elsewhere: until they are here, shoppers see none. Returns the product."""
    if elsewhere := [image.url for image in product.images if not media.is_shown(url=image.url)]:
        media.request_images(source_urls=elsewhere)
    return product


@messaging.command
def _update_product(*, product_id: UUID, product: ProductInput, if_version: int | None = None) -> Product:
    row = lock_product(product_id)
    if if_version is not None and if_version != row.version:
        raise PreconditionFailed(f"The product is at version {row.version} now; read it again.")
    return write_product(row=row, is_new=False, given=product)[0]


@messaging.command
def set_status(*, product_id: UUID, status: ProductStatus) -> Product:
    row = lock_product(product_id)
    if row.status == status.value:
        return selectors.existing_product(product_id)
    publishes = status is ProductStatus.PUBLISHED
    if publishes and not models.VariantPrice.objects.filter(variant__product=row).exists():
        raise Invalid.field("variants", "required", "A published product needs a variant with a price.")
    row.status = status.value
    row.published_at = row.published_at or (clock.now() if publishes else None)
    row.save(update_fields=["status", "published_at"])
    return product_changed(product_id=product_id)


@messaging.command
def delete_product(*, product_id: UUID) -> None:
    row = lock_product(product_id)
    product_removed(product_id=product_id)
    row.delete()


def lock_product(product_id: UUID) -> models.Product:
    row = models.Product.objects.select_for_update(no_key=True).filter(id=product_id).first()
    if row is None:
        raise ProductNotFound(f"There is no product {product_id}.")
    return row


def write_product(*, row: models.Product, is_new: bool, given: ProductInput) -> tuple[Product, bool]:
    """Inside a transaction, with `row` locked: write `given`, publish where anything differed; return the product and whether."""
    check_product(given)
    writer = ProductWriter(row, is_new=is_new)
    wanted = _with_slug(given, row=row)
    with taken_names_named(wanted):
        writer.write(wanted)
    if writer.changed:
        return product_changed(product_id=row.id), True
    return selectors.existing_product(row.id), False


def _with_slug(given: ProductInput, *, row: models.Product) -> ProductInput:
    slug = given.slug or row.slug or slugify(given.title)[:255]
    if not slug:
        raise Invalid.field("slug", "required", "The title makes no slug; give one such as rain-jacket.")
    return replace(given, slug=slug)


@contextmanager
def taken_names_named(given: ProductInput) -> Iterator[None]:
    """Turn the violation of a unique slug or SKU into the error that names its field and the value."""
    try:
        yield
    except IntegrityError as error:
        match = _TAKEN.search(getattr(getattr(error.__cause__, "diag", None), "message_detail", None) or "")
        if match is None:
            raise
        name, value = match.groups()
        raise Invalid.field(
            "slug" if name == "slug" else _field_of_sku(given, value),
            "taken",
            f"{value!r} is the {'slug' if name == 'slug' else 'SKU of a variant'} of another product; give one of its own.",
        ) from error


def _field_of_sku(given: ProductInput, sku: str) -> str:
    """Return the field that asks for this SKU; a generated one stands in none."""
    return next((f"variants.{i}.sku" for i, variant in enumerate(given.variants) if variant.sku == sku), "variants")


def product_changed(*, product_id: UUID) -> Product:
    """Inside a transaction: take the next version and publish the product as it is now."""
    return products_changed(product_ids=[product_id])[0]


def products_changed(*, product_ids: Sequence[UUID]) -> list[Product]:
    """Do the same for several products, in a number of statements that does not grow with them."""
    models.Product.objects.filter(id__in=product_ids).update(version=F("version") + 1)
    products = selectors.existing_products(product_ids)
    messaging.publish_many([(ProductChanged(product_id=each.id, product=each), each.version) for each in products])
    return products


def product_removed(*, product_id: UUID) -> None:
    """Inside a transaction, before the row goes: take the next version and publish the removal."""
    models.Product.objects.filter(id=product_id).update(version=F("version") + 1)
    version = models.Product.objects.values_list("version", flat=True).get(id=product_id)
    messaging.publish(ProductRemoved(product_id=product_id), version=version)
