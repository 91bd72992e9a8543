"""Making renditions: on the first request, or ahead of it by a work item."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from apps.media import files, models, names
from apps.media.contracts import MailForm
from apps.media.selectors import find_image

logger = logging.getLogger(__name__)


def find_rendition(*, digest: str, width: int) -> Path | None:
    path = files.rendition(digest, width)
    if path.is_file():
        return path
    image = find_image(digest)
    if image is None or width not in names.widths_of(image.width):
        return None
    return path if _is_made(partial(_make, image, widths=[width], why="request")) else None


def find_mail_form(*, digest: str, form: MailForm) -> Path | None:
    path = files.mail_form(digest, form)
    if path.is_file():
        return path
    image = find_image(digest)
    return path if image and _is_made(partial(_make_for_mail, image, form)) else None


def _is_made(make: Callable[[], None]) -> bool:
    try:
        make()
    except FileNotFoundError as error:
        logger.error("%s is lost; restore MEDIA_ROOT from its backup, or store the picture again", error.filename)
        return False
    return True


def make_all(image: models.Image) -> None:
    """Make every rendition that is missing, for mails too. Raises FileNotFoundError where the image's own file is lost."""
    _make(image, widths=names.widths_of(image.width), why="ahead")
    _make_for_mail(image, MailForm.PHOTO)


def _make(image: models.Image, *, widths: Sequence[int], why: str) -> None:
    # Imported late: workers make most renditions ahead, and every web process would carry the libraries for nothing.
    from apps.media.services.making import make

    make(image, widths=widths, why=why)


def _make_for_mail(image: models.Image, form: MailForm) -> None:
    from apps.media.services.making import make_for_mail

    make_for_mail(image, form)
