"""Serving renditions. What an address shows never changes, so whoever got it once need not ask again."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from apps.media import api
from apps.media.contracts import MailForm

_FOR_EVER: Final = "public, max-age=31536000, immutable"
_MAIL_KINDS: Final = {MailForm.PHOTO: "image/jpeg", MailForm.LOGO: "image/png"}


@require_safe
def show(request: HttpRequest, digest: str, width: str) -> HttpResponseBase:
    """Answer with one rendition of a picture; 404 where there is no such picture or it is not shown in this width."""
    path = api.find_rendition(digest=digest, width=int(width))
    return _answer(request, path, etag=f'"{digest}-{width}"', kind="image/webp")


@require_safe
def show_in_mail(request: HttpRequest, digest: str, form: str) -> HttpResponseBase:
    """Answer with a picture in a form for mails; 404 where there is no such picture."""
    path = api.find_mail_form(digest=digest, form=MailForm(form))
    return _answer(request, path, etag=f'"{digest}-{form}"', kind=_MAIL_KINDS[MailForm(form)])


def _answer(request: HttpRequest, path: Path | None, *, etag: str, kind: str) -> HttpResponseBase:
    if path is None:
        return HttpResponseNotFound("There is no such picture.", content_type="text/plain")
    content = path.read_bytes()
    headers = {"Cache-Control": _FOR_EVER, "ETag": etag, "Content-Length": str(len(content))}
    response = HttpResponse(content, content_type=kind, headers=headers)
    return get_conditional_response(request, etag=etag, response=response) or response
