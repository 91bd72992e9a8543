"""Errors of media."""

from __future__ import annotations

from apps.kernel.errors import Invalid


class ImageRefused(Invalid):
    """The content is no picture that the shop shows; `fields` says whether it is too large, or not an image, or broken."""

    code = "image_refused"
