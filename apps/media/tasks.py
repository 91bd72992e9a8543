"""The drivers that make renditions ahead and fetch pictures."""

from __future__ import annotations

from apps.media import models
from apps.media.services import fetching, rendering, storing
from apps.messaging import work


@work.driver(storing.RENDER_DRIVER, model=models.Image, slow=True)
def render_image(item: models.Image) -> None:
    """Make every rendition of one picture."""
    rendering.make_all(item)
    with work.record(item):
        pass


@work.driver(fetching.FETCH_DRIVER, model=models.ImageRequest, slow=True)
def fetch_image(item: models.ImageRequest) -> None:
    """Fetch one picture."""
    fetching.fetch(item)
