"""Addresses of pictures, made of nothing but the hash of their content and a width or a form: /media/<digest>/<width>.webp."""

from __future__ import annotations

import hashlib
import re
from typing import Final
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, UUID, uuid5

from apps.media.contracts import WIDTHS, MailForm

LONGEST_SIDE: Final = 2560
# Part of every hash: a picture that would be written in another way has another address, since addresses are kept for ever.
_RECIPE: Final = "1"
_URL: Final = re.compile(r"/media/(?P<digest>[0-9a-f]{32})/(?P<width>[1-9][0-9]{0,3})\.webp")


def digest_of(content: bytes, *, kind: str) -> str:
    """Return the 32 characters that stand for some content."""
    return hashlib.sha256(f"{kind} {_RECIPE} ".encode() + content).hexdigest()[:32]


def url_of(*, digest: str, width: int) -> str:
    """Return the address of one rendition."""
    return f"/media/{digest}/{width}.webp"


def widths_of(width: int) -> tuple[int, ...]:
    """Return the widths a picture of `width` pixels is shown in, its own last."""
    return (*(each for each in WIDTHS if each < width), width)


def srcset(url: str) -> str:
    """Return the renditions of a stored picture in the form of `srcset`; nothing for an address that is not one of ours."""
    match = _URL.fullmatch(url)
    if match is None:
        return ""
    digest = match["digest"]
    return ", ".join(f"{url_of(digest=digest, width=width)} {width}w" for width in widths_of(int(match["width"])))


def for_mail(url: str, form: MailForm) -> str:
    """Return the address of a stored picture in a form for mails; an address that is not one of ours as it is."""
    match = _URL.fullmatch(url)
    return url if match is None else f"/media/{match['digest']}/{form}"


def request_id_of(url: str) -> UUID:
    """Return the one id that stands for an address, which may be too long for a key."""
    return uuid5(NAMESPACE_URL, url)


def host_of(url: str) -> str:
    """Return the host and port an address names, "" where it names none."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2].lower()[:255]
    except ValueError:
        return ""
