"""Drawing, resizing and encoding; the only module of the shop that loads Pillow and resvg."""

from __future__ import annotations

import time
from collections.abc import Sequence
from io import BytesIO
from typing import Final

import resvg_py
from PIL import Image, ImageOps

from apps.media import files, metrics, models, names
from apps.media.contracts import WIDTHS, MailForm
from apps.media.models import ImageKind

# More effort than `method=2` takes more than twice the time for files of the same size.
_QUALITY: Final = 84
_LARGEST_QUALITY: Final = 90
# Twice the size that mails show, for sharp screens, with a little to spare. Transparent parts become white: JPEG knows none.
_MAIL_PHOTO: Final = (WIDTHS[0], WIDTHS[0] * 5 // 4)


def make(image: models.Image, *, widths: Sequence[int], why: str) -> None:
    """Make those of `widths` that are missing. Raises FileNotFoundError where the image's own file is lost."""
    with files.alone(image.digest):
        missing = [width for width in widths if not files.rendition(image.digest, width).is_file()]
        if not missing:
            return
        began = time.perf_counter()
        if image.kind == ImageKind.DRAWING and len(missing) == 1:
            (width,) = missing  # somebody waits: the size of a card is drawn in a tenth of the largest one's time
            _write(image, width, _draw(image, width))
        else:
            largest = _open_largest(image)
            for width in missing:
                if width != image.width:
                    resized = largest.resize((width, _height(image, width)), Image.Resampling.LANCZOS)
                    _write(image, width, resized)
        metrics.RENDERED.labels(why).observe(time.perf_counter() - began)


def make_for_mail(image: models.Image, form: MailForm) -> None:
    """Make a form for mails where it is missing. Raises FileNotFoundError where the image's own file is lost."""
    with files.alone(image.digest):
        path = files.mail_form(image.digest, form)
        if path.is_file():
            return
        began = time.perf_counter()
        largest = _open_largest(image)
        files.write(path, _mail_photo(largest) if form is MailForm.PHOTO else _mail_logo(image, largest))
        metrics.RENDERED.labels("mail").observe(time.perf_counter() - began)


def _mail_photo(largest: Image.Image) -> bytes:
    ground = Image.new("RGBA", largest.size, "white")
    ground.alpha_composite(largest.convert("RGBA"))
    written = BytesIO()
    ImageOps.fit(ground.convert("RGB"), _MAIL_PHOTO, Image.Resampling.LANCZOS).save(written, "JPEG", quality=_QUALITY)
    return written.getvalue()


def _mail_logo(image: models.Image, largest: Image.Image) -> bytes:
    width = names.widths_of(image.width)[0]
    written = BytesIO()
    largest.resize((width, _height(image, width)), Image.Resampling.LANCZOS).save(written, "PNG", optimize=True)
    return written.getvalue()


def _open_largest(image: models.Image) -> Image.Image:
    """Open the largest rendition, which the others are made from; that of a drawing is made first where it is missing."""
    path = files.rendition(image.digest, image.width)
    if path.is_file() or image.kind != ImageKind.DRAWING:
        return _load(path.read_bytes())
    drawn = _draw(image, image.width)
    _write(image, image.width, drawn)
    return drawn


def _draw(image: models.Image, width: int) -> Image.Image:
    svg = files.drawing(image.digest).read_text(encoding="utf-8")
    height = _height(image, width)
    drawn = _load(resvg_py.svg_to_bytes(svg_string=svg, width=width, height=height, skip_system_fonts=True))
    if drawn.mode == "RGBA" and drawn.getchannel("A").getextrema() == (255, 255):
        return drawn.convert("RGB")
    return drawn


def _height(image: models.Image, width: int) -> int:
    return max(1, round(image.height * width / image.width))


def _write(image: models.Image, width: int, picture: Image.Image) -> None:
    quality = _LARGEST_QUALITY if width == image.width else _QUALITY
    files.write(files.rendition(image.digest, width), _encode(picture, quality=quality))


def _load(content: bytes) -> Image.Image:
    # Our own files, so their size is known to be harmless.
    picture = Image.open(BytesIO(content), formats=("WEBP", "PNG"))
    picture.load()
    return picture


def _encode(picture: Image.Image, *, quality: int) -> bytes:
    written = BytesIO()
    picture.save(written, "WEBP", quality=quality, method=2)
    return written.getvalue()
