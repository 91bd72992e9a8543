"""Pictures to store, and looking at what was stored."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

from django.test import Client
from PIL import Image

DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1200 1500"><rect width="1200" height="1500" fill="#804020"/></svg>'


def encode(picture: Image.Image, kind: str, **options: Any) -> bytes:
    """Return a picture as the bytes of a file."""
    written = BytesIO()
    picture.save(written, kind, **options)
    return written.getvalue()


def photo(
    *, width: int = 1000, height: int = 1250, colour: Any = (200, 80, 40), kind: str = "JPEG", **options: Any
) -> bytes:
    """Return a picture of one colour."""
    return encode(Image.new("RGB", (width, height), colour), kind, **options)


def opened(content: bytes) -> Image.Image:
    """Return the picture in some bytes."""
    picture = Image.open(BytesIO(content))
    picture.load()
    return picture


def served(url: str) -> Image.Image:
    """Return the picture that the shop shows at an address."""
    response = Client().get(url)
    assert response.status_code == 200, url
    return opened(response.content)


def files_of(root: Path) -> set[str]:
    """Return the names of the files that are pictures or parts of pictures."""
    return {path.name for path in root.rglob("*") if path.is_file() and path.name != ".lock"}
