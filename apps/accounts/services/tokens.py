"""Signing in, and the line of refresh tokens that follows.

Rotation with reuse detection: RFC 9700, section 4.14.2. A successor is derived from its parent, so that a repeat within the grace window
(two tabs, a lost answer) gets the same one and nothing secret is stored.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db.models.functions import Now

from apps.accounts.errors import InvalidCredentials
from apps.accounts.models import RefreshFamily, RefreshToken, User
from apps.accounts.services.people import MAX_PASSWORD
from apps.kernel import clock
from apps.messaging import api as messaging


def authenticate(*, email: str, password: str) -> User:
    user = User.objects.filter(email=email.strip().lower()).first() if "\x00" not in email else None
    if len(password) > MAX_PASSWORD:
        password = ""
    if user is None:
        make_password(password)  # as slow as for a user who exists, so that addresses cannot be probed by time
    if user is None or not user.check_password(password) or not user.is_active:
        raise InvalidCredentials("E-mail address or password is wrong.")
    return user


@messaging.command
def start_family(*, user_id: UUID) -> str:
    """Return the first refresh token of a new sign-in."""
    token = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")
    _store(token, family=RefreshFamily.objects.create(user_id=user_id))
    return token


@messaging.command
def rotate(*, token: str) -> tuple[User, str] | None:
    """Return the token's user and its successor; None where it is no good, and then its whole family is revoked."""
    rows = RefreshToken.objects.select_for_update(no_key=True, of=("self",)).select_related("family__user")
    row = rows.filter(token_hash=_hash(token)).first()
    if row is None or row.family.revoked_at or row.expires_at <= clock.now() or not row.family.user.is_active:
        return None
    successor = _derive_successor(token)
    if row.consumed_at is None:
        RefreshToken.objects.filter(pk=row.pk).update(consumed_at=Now())
        _store(successor, family=row.family)
    elif clock.now() - row.consumed_at > settings.REFRESH_GRACE:
        RefreshFamily.objects.filter(pk=row.family_id).update(revoked_at=Now())
        return None
    return row.family.user, successor


@messaging.command
def revoke(*, token: str) -> None:
    """End the sign-in a token belongs to; an unknown token ends nothing."""
    families = RefreshToken.objects.filter(token_hash=_hash(token)).values("family_id")
    RefreshFamily.objects.filter(pk__in=families, revoked_at__isnull=True).update(revoked_at=Now())


def _store(token: str, *, family: RefreshFamily) -> None:
    expires_at = clock.now() + settings.REFRESH_TOKEN_LIFETIME
    RefreshToken.objects.create(family=family, token_hash=_hash(token), expires_at=expires_at)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _derive_successor(token: str) -> str:
    digest = hmac.digest(settings.SECRET_KEY.encode(), b"refresh-successor:" + token.encode(), "sha256")
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
