"""Signed tokens for guests: subject, purpose and expiry, verifiable by any app without asking another."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core import signing

from apps.kernel import clock


def sign(*, subject: str, purpose: str, days: int) -> str:
    """Return a token that says `subject` (an id) for `purpose` ("order") and is valid for `days`."""
    expires = int((clock.now() + timedelta(days=days)).timestamp())
    return signing.Signer(salt=_salt(purpose)).sign_object([subject, expires])


def read(token: str, *, purpose: str) -> str | None:
    """Return the subject of a token, or None where it is forged, expired, or was signed for another purpose."""
    subject, expires = _content(token, purpose, settings.SECRET_KEY, tuple(settings.SECRET_KEY_FALLBACKS))
    return subject if clock.now().timestamp() < expires else None


# A request asks several times for the same token.
@lru_cache(maxsize=100)
def _content(token: str, purpose: str, key: str, fallback_keys: tuple[bytes | str, ...]) -> tuple[str | None, int]:
    """Return subject and expiry (seconds since 1970) of a token that is genuine under one of these keys."""
    signer = signing.Signer(key=key, salt=_salt(purpose), fallback_keys=list(fallback_keys))
    try:
        content: Any = signer.unsign_object(token)
        subject, expires = content
        return str(subject), int(expires)
    except (signing.BadSignature, ValueError, TypeError):
        return None, 0


def _salt(purpose: str) -> str:
    return f"apps.web.tokens.{purpose}"
