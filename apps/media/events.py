"""Events of media."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from apps.kernel.events import Event
from apps.media.contracts import StoredImage


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFetched(Event):
    """A picture that was asked for by its address is stored; told again whenever it is asked for again.

    `request_id` stands for the address: an address may be longer than a key of events.
    """

    event_type = "media.image_fetched.v1"
    key_field = "request_id"

    request_id: UUID
    source_url: str
    image: StoredImage
