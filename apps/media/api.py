"""Published interface of media: storing pictures, and the addresses that pages show them by."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

from apps.media import names
from apps.media.contracts import MailForm, StoredImage
from apps.media.errors import ImageRefused
from apps.media.services import fetching, rendering, storing

__all__ = [
    "ImageRefused",
    "find_mail_form",
    "find_rendition",
    "for_mail",
    "is_shown",
    "request_image",
    "request_images",
    "srcset",
    "store_drawing",
    "store_image",
]


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


def request_image(*, source_url: str) -> None:
    """Ask for the picture at an address (http or https, at most 2000 characters): ImageFetched tells when it is there.

    A worker fetches it from public addresses only, tries again for about an hour where the server is away, then records the failure;
    nothing waits for it. Asked for again, a picture that is there is told of again, and one that failed is tried again. With
    settings.IMAGE_FETCH off nothing happens. Raises Invalid (`source_url`).
    """
    fetching.request_images(source_urls=[source_url])


def request_images(*, source_urls: Sequence[str]) -> None:
    """Do the same for several addresses in one transaction."""
    fetching.request_images(source_urls=source_urls)


def is_shown(*, url: str) -> bool:
    """Return whether pages show the picture at this address: the shop's own, or any where it leaves pictures at their addresses.

    A foreign one tells a stranger who looks at the shop, and is gone when they please; with settings.IMAGE_FETCH it is fetched first.
    """
    return url.startswith("/") or not settings.IMAGE_FETCH


def srcset(url: str) -> str:
    """Return what belongs into the `srcset` of an `<img>` that shows `url`; "" for a picture that is not stored here."""
    return names.srcset(url)


def for_mail(url: str, *, form: MailForm) -> str:
    """Return the address of the picture at `url` in a form that every mail program shows; a foreign address as it is."""
    return names.for_mail(url, form)


def find_rendition(*, digest: str, width: int) -> Path | None:
    """Return the WebP file of a stored picture in a width (pixels), made now where it is missing; None where there is none of it."""
    return rendering.find_rendition(digest=digest, width=width)


def find_mail_form(*, digest: str, form: MailForm) -> Path | None:
    """Return the file of a stored picture in a form for mails, made now where it is missing; None where there is no such picture."""
    return rendering.find_mail_form(digest=digest, form=form)
