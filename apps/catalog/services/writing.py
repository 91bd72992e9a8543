"""Bringing the rows of one product to what an input says, touching only rows that differ."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import models as django_models
from django.db.models import QuerySet

from apps.catalog import models
from apps.catalog.contracts import Image, ProductInput, ProductStatus, VariantInput
from apps.catalog.services.html import sanitise
from apps.catalog.services.translations import store_texts
from apps.catalog.skus import distinguish_sku, generate_sku
from apps.kernel import clock
from apps.kernel.errors import Invalid

M = TypeVar("M", bound=django_models.Model)
K = TypeVar("K", bound=Hashable)


class ProductWriter:
    """Writes one product whose row is locked; `changed` tells whether anything differed."""

    def __init__(self, row: models.Product, *, is_new: bool) -> None:
        self.row = row
        self.changed = is_new
        self._is_new = is_new

    def write(self, given: ProductInput) -> None:
        """Write everything: fields, categories, options, images, variants, prices."""
        self._write_fields(given)
        self._write_categories(given.categories)
        self._sync(
            models.ProductOption.objects.filter(product=self.row),
            key="name",
            wanted={o.name: {"values": list(o.values), "position": i} for i, o in enumerate(given.options)},
        )
        images = self._write_images(given.images)
        self._write_variants(given, images=images)

    def _write_fields(self, given: ProductInput) -> None:
        wanted: dict[str, Any] = {
            "slug": given.slug,
            "title": given.title.strip(),
            "status": given.status.value,
            "description_html": sanitise(given.description_html),
            "vendor": given.vendor.strip(),
            "product_type": given.product_type.strip(),
            "tags": list(given.tags),
            "attributes": dict(given.attributes),
        }
        if given.translations is not None:
            wanted["translations"] = store_texts(given.translations)
        if given.status is ProductStatus.PUBLISHED and self.row.published_at is None:
            wanted["published_at"] = clock.now()
        if _assign(self.row, wanted) or self._is_new:
            self.row.save(force_insert=self._is_new)
            self.changed = True

    def _write_categories(self, paths: tuple[str, ...]) -> None:
        found = dict(models.Category.objects.filter(path__in=paths).values_list("path", "id")) if paths else {}
        if unknown := sorted(set(paths) - found.keys()):
            raise Invalid.field(
                "categories", "unknown_category", f"There is no category {unknown[0]!r}; make it first."
            )
        self._sync(
            models.ProductCategory.objects.filter(product=self.row),
            key="category_id",
            wanted={identity: {} for identity in found.values()},
        )

    def _write_images(self, images: tuple[Image, ...]) -> dict[str, models.ProductImage]:
        wanted: dict[str, dict[str, Any]] = {
            image.url: {"alt": image.alt, "width": image.width, "height": image.height, "position": i}
            for i, image in enumerate(images)
        }
        for image in images:
            if image.source_urls:  # whoever does not know them leaves them as they are
                wanted[image.url]["source_urls"] = list(image.source_urls)
        return self._sync(models.ProductImage.objects.filter(product=self.row), key="url", wanted=wanted)

    def _write_variants(self, given: ProductInput, *, images: Mapping[str, models.ProductImage]) -> None:
        existing = {} if self._is_new else {row.id: row for row in models.Variant.objects.filter(product=self.row)}
        chosen = self._match(given.variants, existing=existing)
        skus = self._skus(given.variants, kept=[row.sku if (row := existing.get(key)) else "" for key in chosen])
        wanted = {
            chosen[i]: self._variant_fields(variant, sku=skus[i], position=i, images=images)
            for i, variant in enumerate(given.variants)
        }
        self._sync(models.Variant.objects.filter(product=self.row), key="id", wanted=wanted, existing=existing)
        self._write_prices({chosen[i]: variant for i, variant in enumerate(given.variants)})

    def _match(self, variants: tuple[VariantInput, ...], *, existing: Mapping[UUID, models.Variant]) -> list[UUID]:
        by_options = {frozenset(row.options.items()): row.id for row in existing.values()}
        chosen = []
        for i, variant in enumerate(variants):
            if variant.id is not None and variant.id not in existing:
                raise Invalid.field(f"variants.{i}.id", "unknown_variant", f"This product has no variant {variant.id}.")
            known = variant.id or by_options.get(frozenset(variant.options.items()))
            chosen.append(known or models.Variant().id)
        if len(set(chosen)) < len(chosen):
            raise Invalid.field("variants", "duplicate", "Two entries mean the same variant.")
        return chosen

    def _skus(self, variants: Sequence[VariantInput], *, kept: Sequence[str]) -> list[str]:
        """Return each variant's SKU: its own, the one it has, or a new one that no other variant has."""
        skus = [variant.sku or before for variant, before in zip(variants, kept, strict=True)]
        missing = {
            i: generate_sku(slug=self.row.slug, options=variants[i].options) for i, sku in enumerate(skus) if not sku
        }
        if not missing:
            return skus
        elsewhere = models.Variant.objects.filter(sku__in=missing.values()).values_list("sku", flat=True)
        taken = {*skus, *elsewhere}
        for i, sku in missing.items():
            options = variants[i].options
            skus[i] = distinguish_sku(sku=sku, slug=self.row.slug, options=options) if sku in taken else sku
            taken.add(skus[i])
        return skus

    def _variant_fields(
        self, variant: VariantInput, *, sku: str, position: int, images: Mapping[str, models.ProductImage]
    ) -> dict[str, Any]:
        return {
            "sku": sku,
            "options": dict(variant.options),
            "weight_grams": variant.weight_grams,
            "requires_shipping": variant.requires_shipping,
            "tax_class": variant.tax_class,
            "barcode": variant.barcode,
            "position": position,
            "image_id": images[variant.image_url].id if variant.image_url else None,
        }

    def _write_prices(self, variants: Mapping[UUID, VariantInput]) -> None:
        wanted = {
            (identity, currency): {
                "price_amount": price.amount,
                "compare_at_amount": before.amount if (before := variant.compare_at_prices.get(currency)) else None,
                "compare_at_currency": currency if before else None,
            }
            for identity, variant in variants.items()
            for currency, price in variant.prices.items()
        }
        rows = models.VariantPrice.objects.filter(variant__product=self.row)
        existing = {} if self._is_new else {(row.variant_id, row.price.currency): row for row in rows}
        sync = Sync(model=models.VariantPrice, existing=existing)
        sync.apply(wanted, new=lambda key: models.VariantPrice(variant_id=key[0], price_currency=key[1]))
        self.changed |= sync.changed

    def _sync(
        self,
        rows: QuerySet[M],
        *,
        key: str,
        wanted: Mapping[Any, Mapping[str, Any]],
        existing: Mapping[Any, M] | None = None,
    ) -> dict[Any, M]:
        if existing is None:
            existing = {} if self._is_new else {getattr(row, key): row for row in rows}
        sync: Sync[Any, M] = Sync(model=rows.model, existing=existing)
        result = sync.apply(wanted, new=lambda value: rows.model(product=self.row, **{key: value}))
        self.changed |= sync.changed
        return result


class Sync(Generic[K, M]):
    """Deletes, updates and inserts rows of one table until they are what is wanted; at most three statements."""

    def __init__(self, *, model: type[M], existing: Mapping[K, M]) -> None:
        self._rows = model._default_manager
        self._existing = existing
        self.changed = False

    def apply(self, wanted: Mapping[K, Mapping[str, Any]], *, new: Any) -> dict[K, M]:
        """Return every wanted row by its key."""
        gone = [row.pk for key, row in self._existing.items() if key not in wanted]
        if gone:
            self._rows.filter(pk__in=gone).delete()
        result: dict[K, M] = {}
        added, updated, fields = [], [], set()
        for key, values in wanted.items():
            row = result[key] = self._existing.get(key) or new(key)
            differing = _assign(row, values)
            if key not in self._existing:
                added.append(row)
            elif differing:
                updated.append(row)
                fields |= differing
        if updated:
            self._rows.bulk_update(updated, sorted(fields))
        if added:
            self._rows.bulk_create(added)
        self.changed = bool(gone or added or updated)
        return result


def _assign(row: django_models.Model, values: Mapping[str, Any]) -> set[str]:
    """Set attributes; return the names of those that differed."""
    differing = {name for name, value in values.items() if getattr(row, name) != value}
    for name in differing:
        setattr(row, name, values[name])
    return differing
