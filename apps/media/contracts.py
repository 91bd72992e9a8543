"""Values that cross the boundary of media."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

# Widths, in pixels, that pages choose from; a picture has those below its own width, and its own.
WIDTHS: Final = (320, 640, 960, 1280)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredImage:
    """A picture of the shop's own; `url` is the path of its largest rendition, `width` and `height` (pixels) are that one's."""

    id: UUID
    url: str
    width: int
    height: int
