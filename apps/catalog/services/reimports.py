"""Importing again what was imported before: products that neither the file nor the shop changed since cost two statements a hundred."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final

from apps.catalog import models
from apps.catalog.contracts import ImportedProduct, ImportOutcome, ParsedProduct
from apps.catalog.services.imports import import_product
from apps.media import api as media

_CHUNK: Final = 100


def import_products(*, parsed: Iterable[ParsedProduct], dry_run: bool) -> Iterator[ImportedProduct]:
    waiting = iter(parsed)
    while chunk := list(islice(waiting, _CHUNK)):
        digests = [digest_of(each) for each in chunk]
        unchanged = _find_unchanged(chunk, digests)
        if not dry_run:
            _ask_for_pictures(unchanged.values())
        for each, digest in zip(chunk, digests, strict=True):
            if each.handle in unchanged:
                yield unchanged[each.handle]
                continue
            result = import_product(parsed=each, dry_run=dry_run)
            # What the shop had to say of a product is said again the next time.
            yield replace(result, digest=digest if result.notes == each.notes else "")


def digest_of(parsed: ParsedProduct) -> str:
    """Return what stands for everything that an import takes from a file for one product."""
    carried = parsed.carried
    told = (carried.product, carried.variants, carried.headings, sorted(carried.told)) if carried else None
    content = (parsed.product, parsed.stock, parsed.categories, parsed.type_is_category, told)
    return hashlib.sha256(repr(content).encode()).hexdigest()


def _find_unchanged(chunk: Sequence[ParsedProduct], digests: Sequence[str]) -> dict[str, ImportedProduct]:
    wanted = {each.product.slug: (each, digest) for each, digest in zip(chunk, digests, strict=True) if each.product}
    rows = models.CarriedCells.objects.filter(item__slug__in=wanted).exclude(digest="")
    found = {}
    for slug, product_id, digest, seen, version in rows.values_list(
        "item__slug", "item_id", "digest", "seen_version", "item__version"
    ):
        each, current = wanted[slug]
        if digest == current and seen == version:
            found[each.handle] = ImportedProduct(
                handle=each.handle,
                line=each.line,
                outcome=ImportOutcome.UNCHANGED,
                stock={},
                skus={},
                notes=each.notes,
                product_id=product_id,
            )
    return found


def _ask_for_pictures(unchanged: Iterable[ImportedProduct]) -> None:
    """Those that were not fetched yet are asked for again, as with every import."""
    ids = [result.product_id for result in unchanged if result.product_id]
    urls = models.ProductImage.objects.filter(product_id__in=ids, url__startswith="http").values_list("url", flat=True)
    if ids and (asked := list(urls)):
        media.request_images(source_urls=asked)
