"""Reads of media."""

from __future__ import annotations

from django.db.models import Count, Q

from apps.media import models, names
from apps.media.contracts import StoredImage


def find_image(digest: str) -> models.Image | None:
    return models.Image.objects.filter(digest=digest).first()


def to_image(row: models.Image) -> StoredImage:
    url = names.url_of(digest=row.digest, width=row.width)
    return StoredImage(id=row.id, url=url, width=row.width, height=row.height)


def count_work() -> dict[str, int]:
    """How many pictures wait for their renditions, and how many requests wait or have failed."""
    requests = models.ImageRequest.objects.filter(image__isnull=True).aggregate(
        waiting=Count("id", filter=Q(next_run_at__isnull=False, parked_at__isnull=True)),
        failed=Count("id", filter=Q(next_run_at__isnull=True) | Q(parked_at__isnull=False)),
    )
    rendering = models.Image.objects.filter(next_run_at__isnull=False).count()
    return {"to_render": rendering, "to_fetch": requests["waiting"], "not_fetched": requests["failed"]}
