"""Errors of media."""

from __future__ import annotations

from apps.kernel.errors import Invalid, Unavailable


class ImageRefused(Invalid):
    """The content is no picture that the shop shows; `fields` says whether it is too large, or not an image, or broken."""

    code = "image_refused"


class AddressRefused(Invalid):
    """Nothing is fetched from this address, now or later: not http(s), not public, or it holds no picture."""

    code = "address_refused"


class SourceUnavailable(Unavailable):
    """The address gave no picture this time; with `whole_host`, because nothing there could be reached."""

    code = "source_unavailable"

    def __init__(self, detail: str, *, whole_host: bool = False) -> None:
        super().__init__(detail)
        self.whole_host = whole_host
