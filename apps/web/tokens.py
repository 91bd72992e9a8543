"""Signed tokens for guests: subject, purpose and expiry, verifiable by any app without asking another."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core import signing

from apps.kernel import clock


def sign(*, subject: str, purpose: str, days: int) -> str:
    """Return a token that says `subject` (an id) for `purpose` ("order") and is valid for `days`."""
    expires = int((clock.now() + timedelta(days=days)).timestamp())
    return signing.Signer(salt=_salt(purpose)).sign_object([subject, expires])


def read(token: str, *, purpose: str) -> str | None:
    """Return the subject of a token, or None where it is forged, expired, or was signed for another purpose."""
    try:
        content: Any = signing.Signer(salt=_salt(purpose)).unsign_object(token)
        subject, expires = content
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return str(subject) if clock.now().timestamp() < expires else None


def _salt(purpose: str) -> str:
    return f"apps.web.tokens.{purpose}"
