"""OpenAPI: what every operation has in common."""

from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

_KEY = OpenApiParameter(
    name="Idempotency-Key",
    location=OpenApiParameter.HEADER,
    required=True,
    type=str,
    description="1 to 255 visible ASCII characters; a repeat with the same key gets the first answer.",
)


class ProblemSchema(AutoSchema):
    """Adds the idempotency header where a view method demands it."""

    def get_override_parameters(self) -> list[Any]:
        """Return the parameters beyond those of the view itself."""
        method = getattr(self.view, self.method.lower(), None)
        return [_KEY] if getattr(method, "is_idempotent", False) else []
