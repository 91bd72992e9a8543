"""What catalog hears: pictures of its products that were fetched. Applying it again finds nothing to replace."""

from __future__ import annotations

from collections.abc import Sequence

from apps.catalog.services import images
from apps.media.events import ImageFetched
from apps.messaging import api as messaging


@messaging.subscribe(ImageFetched, consumer="catalog.show_stored_images", projection=True, batch=True)
def show_stored_images(events: Sequence[ImageFetched]) -> None:
    """Show the stored pictures instead of those they were fetched from."""
    images.show_stored_images({event.source_url: event.image for event in events})
