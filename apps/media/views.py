"""Serving renditions. What an address shows never changes, so whoever got it once need not ask again."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from apps.media import api

_FOR_EVER: Final = "public, max-age=31536000, immutable"


@require_safe
def show(request: HttpRequest, digest: str, width: str) -> HttpResponseBase:
    """Answer with one rendition of a picture; 404 where there is no such picture or it is not shown in this width."""
    path = api.find_rendition(digest=digest, width=int(width))
    if path is None:
        return HttpResponseNotFound("There is no such picture.", content_type="text/plain")
    etag = f'"{digest}-{width}"'
    content = path.read_bytes()
    headers = {"Cache-Control": _FOR_EVER, "ETag": etag, "Content-Length": str(len(content))}
    response = HttpResponse(content, content_type="image/webp", headers=headers)
    return get_conditional_response(request, etag=etag, response=response) or response
