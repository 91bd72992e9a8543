"""Taking pictures in: the file first, then the row that makes it known."""

from __future__ import annotations

import re
from typing import Final

from apps.kernel.errors import Invalid
from apps.media import decoding, files, models, names
from apps.media.contracts import StoredImage
from apps.media.models import ImageKind
from apps.media.selectors import find_image, to_image
from apps.messaging import api as messaging

RENDER_DRIVER: Final = "media.render_image"
_LARGEST_DRAWING: Final = 1_000_000
_NUMBER: Final = r"\d+(?:\.\d+)?"
_VIEW_BOX: Final = re.compile(
    rf"""<svg\b[^>]*\bviewBox\s*=\s*["']\s*-?{_NUMBER}[\s,]+-?{_NUMBER}[\s,]+({_NUMBER})[\s,]+({_NUMBER})\s*["']"""
)


def store_image(*, content: bytes, source: str) -> StoredImage:
    digest = names.digest_of(content, kind=ImageKind.PHOTO)
    known = find_image(digest)
    if known and files.rendition(digest, known.width).exists():
        return to_image(known)
    decoded = decoding.decode(content)
    with files.alone(digest):
        files.write(files.rendition(digest, decoded.width), decoded.webp)
    return _record(
        digest=digest, kind=ImageKind.PHOTO, width=decoded.width, height=decoded.height, source=source[:2000]
    )


def store_drawing(*, svg: str) -> StoredImage:
    width, height = _size_of(svg)
    content = svg.encode()
    digest = names.digest_of(content, kind=ImageKind.DRAWING)
    known = find_image(digest)
    if known and files.drawing(digest).exists():
        return to_image(known)
    with files.alone(digest):
        files.write(files.drawing(digest), content)
    return _record(digest=digest, kind=ImageKind.DRAWING, width=width, height=height, source="")


def _size_of(svg: str) -> tuple[int, int]:
    match = _VIEW_BOX.search(svg)
    width, height = (float(match[1]), float(match[2])) if match else (0.0, 0.0)
    if width <= 0 or height <= 0 or len(svg) > _LARGEST_DRAWING:
        detail = (
            f'A drawing is SVG of at most {_LARGEST_DRAWING:,} characters with a size, such as viewBox="0 0 1200 1500".'
        )
        raise Invalid.field("svg", "invalid", detail)
    scale = min(1, names.LONGEST_SIDE / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


@messaging.command
def _record(*, digest: str, kind: ImageKind, width: int, height: int, source: str) -> StoredImage:
    row = models.Image(digest=digest, kind=kind, width=width, height=height, source=source)
    models.Image.objects.bulk_create([row], ignore_conflicts=True)
    messaging.wake(RENDER_DRIVER)
    return to_image(models.Image.objects.get(digest=digest))
