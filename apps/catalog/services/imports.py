"""Writing one product of an import: keyed by handle and option values, so that a second run changes only what differs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final
from uuid import UUID

from django.db import transaction

from apps.catalog import models, selectors
from apps.catalog.contracts import (
    Image,
    ImportedProduct,
    ImportNote,
    ImportOutcome,
    Option,
    ParsedProduct,
    Product,
    ProductInput,
    Variant,
    VariantInput,
)
from apps.catalog.services.categories import ensure_category
from apps.catalog.services.products import write_product
from apps.catalog.skus import distinguish_sku
from apps.kernel.errors import FieldError, Invalid
from apps.media import api as media
from apps.messaging import api as messaging
from apps.persistence.databases import alias_for

# The column a field comes from; the number of an option, a variant or a picture stands in the field's name as `*`.
_COLUMNS: Final = {
    "title": "Title",
    "slug": "Handle",
    "tags": "Tags",
    "description_html": "Body (HTML)",
    "vendor": "Vendor",
    "product_type": "Type",
    "categories": "Type",
    "options": "Option1 Name",
    "options.*.name": "Option1 Name",
    "options.*.values": "Option1 Value",
    "images": "Image Src",
    "images.*.url": "Image Src",
    "images.*.alt": "Image Alt Text",
    "variants": "Variant SKU",
    "variants.*.options": "Option1 Value",
    "variants.*.sku": "Variant SKU",
    "variants.*.barcode": "Variant Barcode",
    "variants.*.weight_grams": "Variant Grams",
    "variants.*.tax_class": "Variant Taxable",
    "variants.*.prices": "Variant Price",
    "variants.*.compare_at_prices": "Variant Compare At Price",
    "variants.*.image_url": "Variant Image",
}


def import_product(*, parsed: ParsedProduct, dry_run: bool) -> ImportedProduct:
    """Write what was parsed, or, in a dry run, find out what writing it would do."""
    if parsed.product is None:
        return _rejected(parsed, parsed.notes)
    try:
        if dry_run:
            return _try_import(parsed, parsed.product)
        result, product = _import(parsed=parsed, given=parsed.product)
    except Invalid as error:
        notes = (_note_on_fault(fault, parsed, parsed.product) for fault in error.fields)
        return _rejected(parsed, (*parsed.notes, *notes))
    media.request_images(source_urls=[image.url for image in product.images if image.url.startswith("http")])
    return result


def _note_on_fault(fault: FieldError, parsed: ParsedProduct, given: ProductInput) -> ImportNote:
    """Say of a refused field what its column is called and what stood there; the handle where that is no single cell of the file."""
    value: object = given
    for part in fault.field.split("."):
        value = dict(enumerate(value)).get(int(part)) if isinstance(value, tuple) else getattr(value, part, None)
    return ImportNote(
        line=parsed.line,
        column=_COLUMNS.get(re.sub(r"\.\d+\.", ".*.", fault.field), fault.field),
        value=(value if isinstance(value, str) else parsed.handle)[:80],
        message=fault.detail,
        is_error=True,
    )


@messaging.command
def _import(*, parsed: ParsedProduct, given: ProductInput) -> tuple[ImportedProduct, Product]:
    return _write(parsed, given)


def _try_import(parsed: ParsedProduct, given: ProductInput) -> ImportedProduct:
    alias = alias_for("catalog")
    with transaction.atomic(using=alias):
        result, _ = _write(parsed, given)
        transaction.set_rollback(True, using=alias)
    return result


def _write(parsed: ParsedProduct, given: ProductInput) -> tuple[ImportedProduct, Product]:
    row = models.Product.objects.select_for_update(no_key=True).filter(slug=given.slug).first()
    current = selectors.existing_product(row.id) if row else None
    paths = {ensure_category(names=parsed.category_names)} if parsed.category_names else set()
    given, notes = _resolve_skus(given)
    wanted = replace(_merge(given, current), categories=tuple(sorted(paths | _kept_categories(current))))
    product, changed = write_product(row=row or models.Product(), is_new=row is None, given=wanted)
    outcome = ImportOutcome.UPDATED if changed else ImportOutcome.UNCHANGED
    ids = _ids_by_options(product)
    variants = [ids[_identity(variant.options)] for variant in given.variants]
    result = ImportedProduct(
        handle=parsed.handle,
        line=parsed.line,
        outcome=outcome if row else ImportOutcome.CREATED,
        stock=_new_stock(dict(zip(variants, parsed.stock, strict=True))),
        skus={variant.id: variant.sku for variant in product.variants},
        notes=(
            *parsed.notes,
            *(replace(note, line=parsed.line) for note in notes),
            *_notes_on_kept(parsed, product, given),
        ),
    )
    return result, product


def _rejected(parsed: ParsedProduct, notes: tuple[ImportNote, ...]) -> ImportedProduct:
    return ImportedProduct(
        handle=parsed.handle, line=parsed.line, outcome=ImportOutcome.REJECTED, stock={}, skus={}, notes=notes
    )


def _identity(options: Mapping[str, str]) -> frozenset[tuple[str, str]]:
    return frozenset(options.items())


def _ids_by_options(product: Product) -> dict[frozenset[tuple[str, str]], UUID]:
    return {_identity(variant.options): variant.id for variant in product.variants}


def _resolve_skus(given: ProductInput) -> tuple[ProductInput, list[ImportNote]]:
    """A SKU that a variant elsewhere has already gets this variant's own suffix."""
    skus = [variant.sku for variant in given.variants if variant.sku]
    rows = models.Variant.objects.filter(sku__in=skus).values_list("sku", "product__slug", "options")
    owners = {sku: (slug, _identity(options)) for sku, slug, options in rows}
    variants, notes = [], []
    for asked in given.variants:
        variant = asked
        owner = owners.get(variant.sku)
        if owner and owner != (given.slug, _identity(variant.options)):
            sku = distinguish_sku(sku=variant.sku, slug=given.slug, options=variant.options)
            message = f"belongs to a variant of {owner[0]} already; imported as {sku}"
            notes.append(ImportNote(line=0, column="Variant SKU", value=variant.sku, message=message))
            variant = replace(variant, sku=sku)
        variants.append(variant)
    return replace(given, variants=tuple(variants)), notes


def _merge(given: ProductInput, current: Product | None) -> ProductInput:
    """What a file cannot say stays: prices in other currencies, variants it does not name, attributes and pictures it leaves blank."""
    if current is None:
        return given
    given = _with_stored_images(given, current)
    by_options = {_identity(variant.options): variant for variant in current.variants}
    variants = [_with_other_prices(v, by_options.pop(_identity(v.options), None)) for v in given.variants]
    names = {option.name for option in given.options}
    variants += [_as_input(variant) for variant in by_options.values() if variant.options.keys() == names]
    images = given.images or current.images
    urls = {image.url for image in images}
    return replace(
        given,
        variants=tuple(v if v.image_url in urls else replace(v, image_url="") for v in variants),
        options=tuple(
            Option(name=o.name, values=tuple(dict.fromkeys(v.options[o.name] for v in variants))) for o in given.options
        ),
        images=images,
        attributes={**current.attributes, **given.attributes},
    )


def _with_stored_images(given: ProductInput, current: Product) -> ProductInput:
    """A picture that was fetched from an address in the file is known by it, and stays the stored one."""
    stored = {source: image for image in current.images for source in image.source_urls}
    images: dict[str, Image] = {}
    for image in given.images:
        shown = replace(stored.get(image.url, image), alt=image.alt)
        images.setdefault(shown.url, shown)  # two addresses may have held the same picture
    variants = (replace(v, image_url=stored[v.image_url].url) if v.image_url in stored else v for v in given.variants)
    return replace(given, images=tuple(images.values()), variants=tuple(variants))


def _with_other_prices(given: VariantInput, current: Variant | None) -> VariantInput:
    if current is None:
        return given
    before = {code: price for code, price in current.compare_at_prices.items() if code not in given.prices}
    return replace(
        given,
        prices={**current.prices, **given.prices},
        compare_at_prices={**before, **given.compare_at_prices},
    )


def _as_input(variant: Variant) -> VariantInput:
    return VariantInput(
        id=variant.id,
        options=variant.options,
        prices=variant.prices,
        compare_at_prices=variant.compare_at_prices,
        sku=variant.sku,
        weight_grams=variant.weight_grams,
        requires_shipping=variant.requires_shipping,
        tax_class=variant.tax_class,
        barcode=variant.barcode,
        image_url=variant.image.url if variant.image else "",
    )


def _kept_categories(current: Product | None) -> set[str]:
    """Categories that staff gave stay; the one that came from the former type goes with it."""
    if current is None:
        return set()
    return {c.path for c in current.categories if not (c.parent_id is None and c.name == current.product_type)}


def _notes_on_kept(parsed: ParsedProduct, product: Product, given: ProductInput) -> tuple[ImportNote, ...]:
    named = {_identity(variant.options) for variant in given.variants}
    return tuple(
        ImportNote(
            line=parsed.line,
            column="Variant SKU",
            value=variant.sku,
            message="is not in the file (or its row was left out); it stays as it is. Delete it in the admin if it is gone.",
        )
        for variant in product.variants
        if _identity(variant.options) not in named
    )


def _new_stock(quantities: Mapping[UUID, int | None]) -> dict[UUID, int]:
    told = {key: quantity for key, quantity in quantities.items() if quantity is not None}
    known = selectors.imported_stock(variant_ids=list(told))
    return {key: quantity for key, quantity in told.items() if known.get(key) != quantity}


@messaging.command
def record_imported_stock(*, quantities: Mapping[UUID, int]) -> None:
    rows = [models.ImportedStock(variant_id=key, quantity=value) for key, value in quantities.items()]
    models.ImportedStock.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["variant"], update_fields=["quantity"]
    )
