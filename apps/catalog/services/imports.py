"""Writing one product of an import: keyed by handle and option values, so that a second run changes only what differs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from django.db import transaction

from apps.catalog import models, selectors
from apps.catalog.contracts import (
    CarriedCells,
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
from apps.catalog.services.carrying import write_carried
from apps.catalog.services.categories import ensure_category
from apps.catalog.services.differences import describe_changes, describe_new
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
    cells = models.CarriedCells.objects.filter(item=row).first() if row else None
    given, notes = _resolve_skus(given)
    paths = _category_paths(parsed, given, current=current, cells=cells)
    wanted = replace(_merge(given, current), categories=tuple(sorted(paths)))
    product, changed = write_product(row=row or models.Product(), is_new=row is None, given=wanted)
    variant_ids = _ids_by_options(product)
    named = [variant_ids[_identity(variant.options)] for variant in given.variants]
    if parsed.carried is not None:
        changed |= write_carried(product=product, given=parsed.carried, named=named, cells=cells)
    outcome = ImportOutcome.UPDATED if changed else ImportOutcome.UNCHANGED
    result = ImportedProduct(
        handle=parsed.handle,
        line=parsed.line,
        outcome=outcome if row else ImportOutcome.CREATED,
        stock=_new_stock(dict(zip(named, parsed.stock, strict=True))),
        skus={variant.id: variant.sku for variant in product.variants},
        notes=(
            *parsed.notes,
            *(replace(note, line=parsed.line) for note in notes),
            *_notes_on_kept(parsed, product, given),
        ),
        product_id=product.id,
        version=product.version,
        changes=describe_changes(current, product) if current else describe_new(product),
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
    known = {_identity(variant.options): variant for variant in current.variants}
    named = {_identity(v.options): _with_kept(v, known.get(_identity(v.options))) for v in given.variants}
    names = {option.name for option in given.options}
    variants = _in_place(named, {key: v for key, v in known.items() if v.options.keys() == names})
    images = given.images or current.images
    urls = {image.url for image in images}
    return replace(
        given,
        tags=current.tags if _as_cell(current.tags) == given.tags else given.tags,
        variants=tuple(v if v.image_url in urls else replace(v, image_url="") for v in variants),
        options=tuple(_with_kept_values(option, variants, current) for option in given.options),
        images=images,
        attributes={**current.attributes, **_new_attributes(given, current)},
    )


def _in_place(
    named: Mapping[frozenset[tuple[str, str]], VariantInput], known: Mapping[frozenset[tuple[str, str]], Variant]
) -> list[VariantInput]:
    """Return the variants of the file in its order, each that it does not name behind the one it stood behind."""
    order, before = list(named), -1
    for key in known:
        if key not in named:
            order.insert(before + 1, key)
        before = order.index(key)
    return [named[key] if key in named else _as_input(known[key]) for key in order]


def _with_kept_values(option: Option, variants: Sequence[VariantInput], current: Product) -> Option:
    """A file names values in the order of its variants; those the option has keep theirs."""
    before = next((known.values for known in current.options if known.name == option.name), ())
    return Option(name=option.name, values=tuple(dict.fromkeys((*before, *(v.options[option.name] for v in variants)))))


def _as_cell(tags: Sequence[str]) -> tuple[str, ...]:
    """Return what an import reads of these tags, whose commas and outer spaces no file can tell."""
    return tuple(dict.fromkeys(tag for part in ",".join(tags).split(",") if (tag := part.strip())))


def _new_attributes(given: ProductInput, current: Product) -> dict[str, str]:
    return {
        name: text for name, text in given.attributes.items() if str(current.attributes.get(name, "")).strip() != text
    }


def _with_stored_images(given: ProductInput, current: Product) -> ProductInput:
    """A picture that was fetched from an address in the file is known by it, and stays the stored one with its size."""
    stored = {source: image for image in current.images for source in (image.url, *image.source_urls)}
    images: dict[str, Image] = {}
    for image in given.images:
        shown = replace(stored.get(image.url, image), alt=image.alt)
        images.setdefault(shown.url, shown)  # two addresses may have held the same picture
    variants = (replace(v, image_url=stored[v.image_url].url) if v.image_url in stored else v for v in given.variants)
    return replace(given, images=tuple(images.values()), variants=tuple(variants))


def _with_kept(given: VariantInput, current: Variant | None) -> VariantInput:
    """Prices in other currencies stay, and a tax class that a plain "taxable" does not contradict."""
    if current is None:
        return given
    before = {code: price for code, price in current.compare_at_prices.items() if code not in given.prices}
    is_told = given.tax_class != "standard" or current.tax_class == "exempt"
    return replace(
        given,
        prices={**current.prices, **given.prices},
        compare_at_prices={**before, **given.compare_at_prices},
        tax_class=given.tax_class if is_told else current.tax_class,
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


def _category_paths(
    parsed: ParsedProduct, given: ProductInput, *, current: Product | None, cells: models.CarriedCells | None
) -> set[str]:
    """Categories that staff gave stay; one from the former type goes with it. The same type as before says nothing new."""
    if current is None:
        return {ensure_category(steps=steps) for steps in parsed.categories}
    is_same = current.product_type == given.product_type and (
        given.product_type or _standard_category(cells) == _standard_category(parsed.carried)
    )
    if parsed.type_is_category and is_same:
        return {category.path for category in current.categories}
    former = "" if is_same else current.product_type
    kept = {c.path for c in current.categories if not (c.parent_id is None and c.name == former)}
    return kept | {ensure_category(steps=steps) for steps in parsed.categories}


def _standard_category(cells: models.CarriedCells | CarriedCells | None) -> str:
    return cells.product.get("Product Category", "") if cells else ""


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
    return {key: quantity for key, quantity in told.items() if quantity not in known.get(key, ())}


@messaging.command
def record_imported_stock(*, quantities: Mapping[UUID, int], finished: Sequence[ImportedProduct]) -> None:
    rows = [models.ImportedStock(variant_id=key, quantity=value) for key, value in quantities.items()]
    models.ImportedStock.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["variant"], update_fields=["quantity"]
    )
    seen = [
        models.CarriedCells(item_id=result.product_id, digest=result.digest, seen_version=result.version)
        for result in finished
        if result.digest and result.product_id
    ]
    models.CarriedCells.objects.bulk_update(seen, ["digest", "seen_version"])
