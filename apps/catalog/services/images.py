"""Showing stored pictures instead of those at the addresses they were fetched from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from apps.catalog import models
from apps.catalog.services.products import products_changed
from apps.media.contracts import StoredImage

_CHUNK: Final = 100  # products read and published at a time


def show_stored_images(stored: Mapping[str, StoredImage]) -> None:
    """Inside a transaction: replace the pictures at these addresses in every product that shows them, and publish those products.

    Products are locked in order of id. Applied again it finds nothing to replace.
    """
    shown = models.ProductImage.objects.filter(url__in=list(stored))
    product_ids = sorted(set(shown.values_list("product_id", flat=True)))
    for start in range(0, len(product_ids), _CHUNK):
        _replace(product_ids[start : start + _CHUNK], stored)


def _replace(product_ids: Sequence[UUID], stored: Mapping[str, StoredImage]) -> None:
    locked = models.Product.objects.select_for_update(no_key=True).filter(id__in=product_ids).order_by("id")
    ids = list(locked.values_list("id", flat=True))
    images: dict[UUID, dict[str, models.ProductImage]] = defaultdict(dict)
    for image in models.ProductImage.objects.filter(product_id__in=ids):
        images[image.product_id][image.url] = image
    changed = {key: by_url for key, by_url in images.items() if not stored.keys().isdisjoint(by_url)}
    for by_url in changed.values():
        for url in [url for url in by_url if url in stored]:
            _take(by_url, url, stored[url])
        for position, image in enumerate(sorted(by_url.values(), key=lambda image: image.position)):
            image.position = position
    rows = [image for by_url in changed.values() for image in by_url.values()]
    models.ProductImage.objects.bulk_update(rows, ["url", "width", "height", "source_urls", "position"])
    products_changed(product_ids=list(changed))


def _take(by_url: dict[str, models.ProductImage], url: str, stored: StoredImage) -> None:
    """Let the image at `url` show the stored picture; where another of the product shows the same already, that one stays alone."""
    image = by_url.pop(url)
    shown = by_url.setdefault(stored.url, image)
    if shown is not image:
        models.Variant.objects.filter(image=image).update(image=shown)
        image.delete()
    shown.url, shown.width, shown.height = stored.url, stored.width, stored.height
    shown.source_urls = [*shown.source_urls, url]
