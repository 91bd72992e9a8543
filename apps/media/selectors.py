"""Reads of media."""

from __future__ import annotations

from apps.media import models, names
from apps.media.contracts import StoredImage


def find_image(digest: str) -> models.Image | None:
    return models.Image.objects.filter(digest=digest).first()


def to_image(row: models.Image) -> StoredImage:
    url = names.url_of(digest=row.digest, width=row.width)
    return StoredImage(id=row.id, url=url, width=row.width, height=row.height)


def count_work() -> dict[str, int]:
    """How many images wait for their renditions."""
    return {"to_render": models.Image.objects.filter(next_run_at__isnull=False).count()}
