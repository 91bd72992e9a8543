"""Static files, served by WhiteNoise around Django: compressed variants, and for ever where the name holds a hash."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final
from wsgiref.headers import Headers

from django.conf import settings
from whitenoise import WhiteNoise

# What ManifestStaticFilesStorage puts before the extension.
_HASHED_NAME: Final = r"\.[0-9a-f]{12}\.[a-z0-9.]+$"
_UNHASHED_SECONDS: Final = 3600


def serve_static(application: Any) -> WhiteNoise:
    """Return `application` behind the files of STATIC_ROOT (as they are now; `collectstatic` comes before the start)."""
    return WhiteNoise(
        application,
        root=settings.STATIC_ROOT if Path(settings.STATIC_ROOT).is_dir() else None,
        prefix=settings.STATIC_URL,
        max_age=_UNHASHED_SECONDS,
        immutable_file_test=_HASHED_NAME,
        add_headers_function=_add_headers,
    )


def _add_headers(headers: Headers, path: str, url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
