"""Published interface of media: storing pictures, and the addresses that pages show them by."""

from __future__ import annotations

from pathlib import Path

from apps.media import names
from apps.media.contracts import StoredImage
from apps.media.errors import ImageRefused
from apps.media.services import rendering, storing

__all__ = ["ImageRefused", "find_rendition", "srcset", "store_drawing", "store_image"]


def store_image(*, content: bytes, source: str = "") -> StoredImage:
    """Store a picture: JPEG, PNG, WebP, GIF (its first frame) or AVIF of at most 10 MB and 40 million pixels.

    It is kept upright, in sRGB, without metadata, as WebP of at most 2560 pixels a side. The same content is the same picture, however
    often it is stored. `source` says where it came from. Not for use inside a transaction: the content is read by another process,
    which may take seconds. Raises ImageRefused (`content`: too_large, too_many_pixels, too_complex or not_an_image).
    """
    return storing.store_image(content=content, source=source)


def store_drawing(*, svg: str) -> StoredImage:
    """Store a drawing made by the shop's own code: SVG with a viewBox, without text or outside references, never a stranger's.

    Cheap: it is drawn when it is first asked for, or ahead of that by a worker. Its largest rendition is as wide as the viewBox, at most
    2560 pixels a side. The same text is the same picture. Raises Invalid (`svg`).
    """
    return storing.store_drawing(svg=svg)


def srcset(url: str) -> str:
    """Return what belongs into the `srcset` of an `<img>` that shows `url`; "" for a picture that is not stored here."""
    return names.srcset(url)


def find_rendition(*, digest: str, width: int) -> Path | None:
    """Return the WebP file of a stored picture in a width (pixels), made now where it is missing; None where there is none of it."""
    return rendering.find_rendition(digest=digest, width=width)
