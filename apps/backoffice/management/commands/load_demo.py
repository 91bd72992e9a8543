"""`manage.py load_demo`: the demo catalogue with its pictures and stock, and what the brand tells. Documents for lists follow by event."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from apps.backoffice.demo import COLOUR, DemoProduct, read_brand, read_demo
from apps.backoffice.demo.content import read_content
from apps.backoffice.demo.texts import speakers
from apps.brand import api as brand
from apps.catalog import api as catalog
from apps.catalog.contracts import CategoryStep, Image, ParsedProduct, Product, ProductInput
from apps.content import api as content
from apps.inventory import api as inventory
from apps.media import api as media

# What the shop is about comes first; below each, its categories by name.
_POSITIONS = {slug: place for place, slug in enumerate(("clothing", "footwear", "accessories", "camp"), 1)}


class Command(BaseCommand):
    """Adds what is missing only, so that edits and sales in the demo shop survive the next start."""

    help = (
        "Settle the demo brand, and write its home page, collections and pages, where nobody did; add the demo products that are"
        " missing, and stock for those of their variants that never had any."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        _settle_brand()
        _write_content()
        entries = read_demo()
        wanted: dict[UUID, int] = {}
        found = {entry.product.slug: catalog.find_product(slug=entry.product.slug) for entry in entries}
        for entry in entries:
            product = found[entry.product.slug] or _create(entry)
            wanted |= {v.id: entry.stock[v.sku] for v in product.variants if v.sku in entry.stock}
        if not all(found.values()):
            _settle_categories()
        stocked = inventory.get_stock_levels(variant_ids=list(wanted))
        missing = {key: quantity for key, quantity in wanted.items() if not stocked.get(key)}
        if missing:
            inventory.set_stock_levels(levels=missing, reason="first stock of the demo shop", actor="load_demo")
        self.stdout.write(f"demo shop: {len(entries)} products, {len(wanted)} variants, stock set for {len(missing)}")


def _settle_brand() -> None:
    if not brand.is_settled():
        brand.change_brand(brand=read_brand(), actor="load_demo")


def _write_content() -> None:
    """Write what the brand tells where nobody wrote a home page yet; that one last, so that a start that was cut off is made up for."""
    if content.get_settled_home() is not None:
        return
    told = read_content()
    written = [page.settled for page in content.list_pages()]
    taken = {page.slug for page in written} | {page.purpose for page in written}
    collections = {collection.settled.slug for collection in content.list_settled_collections()}
    for page in told.pages:
        if not {page.slug, page.purpose} & taken:
            content.save_page(page=page, actor="load_demo")
    for collection in told.collections:
        if collection.slug not in collections:
            content.save_collection(collection=collection, actor="load_demo")
    content.change_home(home=told.home, actor="load_demo")


def _settle_categories() -> None:
    """Put the categories in order and name them in the shop's other languages, where nobody did either."""
    for category in catalog.list_categories():
        names = {language: told.category(category.slug) for language, told in speakers().items()}
        position = _POSITIONS.get(category.slug, 0)
        if not category.names and not category.position and (position or any(names.values())):
            catalog.save_category(
                name=category.name,
                slug=category.slug,
                parent_id=category.parent_id,
                position=position,
                category_id=category.id,
                names=names,
            )


def _create(entry: DemoProduct) -> Product:
    """Create the product the way an import does: with its category, and without minding that somebody else just did."""
    parsed = ParsedProduct(
        handle=entry.product.slug,
        line=0,
        product=_with_pictures(entry),
        stock=tuple(None for _ in entry.product.variants),
        categories=(tuple(CategoryStep(name=name) for name in entry.category),),
        notes=(),
    )
    catalog.import_product(parsed=parsed)
    created = catalog.find_product(slug=entry.product.slug)
    if created is None:
        raise CommandError(f"the demo product {entry.product.slug} could not be created")
    return created


def _with_pictures(entry: DemoProduct) -> ProductInput:
    """Return the product with its drawings stored; a variant shows the front of its colour."""
    stored = [(picture, media.store_drawing(svg=picture.svg())) for picture in entry.pictures]
    images = {s.url: Image(url=s.url, alt=p.alt, width=s.width, height=s.height) for p, s in stored}
    fronts = {picture.colour: image.url for picture, image in reversed(stored)}
    alts = {language: {s.url: p.alts[language] for p, s in stored} for language in speakers()}
    translations = entry.product.translations or {}
    return replace(
        entry.product,
        translations={code: replace(texts, image_alts=alts[code]) for code, texts in translations.items()},
        images=tuple(images.values()),
        variants=tuple(
            replace(variant, image_url=fronts.get(variant.options.get(COLOUR, ""), ""))
            for variant in entry.product.variants
        ),
    )
