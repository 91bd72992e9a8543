"""Values that cross the boundary of media."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

# Widths, in pixels, that pages choose from; a picture has those below its own width, and its own.
WIDTHS: Final = (320, 640, 960, 1280)


class MailForm(StrEnum):
    """Forms of a picture for mail programs that know no WebP.

    PHOTO: JPEG of 320 by 400 pixels, cut to fill it. LOGO: PNG, whole, transparent where it is, in the narrowest width.
    """

    PHOTO = "mail.jpg"
    LOGO = "mail.png"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredImage:
    """A picture of the shop's own; `url` is the path of its largest rendition, `width` and `height` (pixels) are that one's."""

    id: UUID
    url: str
    width: int
    height: int
