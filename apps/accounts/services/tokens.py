"""Signing in, and the line of refresh tokens that follows.

Rotation with reuse detection: RFC 9700, section 4.14.2. A successor is derived from its parent, so that a repeat within the grace window
(two tabs, a lost answer) gets the same one and nothing secret is stored.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now
from django.utils.crypto import constant_time_compare

from apps.accounts.errors import InvalidCredentials
from apps.accounts.models import RefreshFamily, RefreshToken, User
from apps.accounts.services.people import MAX_EMAIL, MAX_PASSWORD
from apps.messaging import api as messaging

_BATCH = 5000


def authenticate(*, email: str, password: str) -> User:
    """Return whose credentials these are; hashes once whatever is wrong, so that time tells nothing about an address."""
    email = User.normalize_username(email[:MAX_EMAIL])
    user = User.objects.filter(email=email).first() if "\x00" not in email else None
    acceptable = user is not None and len(password) <= MAX_PASSWORD
    if user is None or not acceptable:
        make_password(password[:MAX_PASSWORD])
    if user is None or not acceptable or not user.check_password(password) or not user.is_active:
        raise InvalidCredentials("E-mail address or password is wrong.")
    return user


@messaging.command
def start_family(*, user: User) -> str:
    """Return the first refresh token of a new sign-in."""
    token = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")
    _store(token, family=RefreshFamily.objects.create(user=user, auth_hash=user.get_session_auth_hash()))
    return token


@messaging.command
def rotate(*, token: str) -> tuple[User, str] | None:
    """Return the token's user and its successor; None where it is no good, and then its whole family is revoked."""
    family = _lock_family(token)
    if family is None:
        return None
    successor, live = _derive_successor(token), _rows(token).filter(expires_at__gt=Now())
    if live.filter(consumed_at__isnull=True).update(consumed_at=Now()):
        _store(successor, family=family)
    elif not live.filter(consumed_at__gt=Now() - settings.REFRESH_GRACE).exists():
        RefreshFamily.objects.filter(pk=family.pk).update(revoked_at=Now())
        return None
    return family.user, successor


def _lock_family(token: str) -> RefreshFamily | None:
    """Lock the sign-in a token belongs to, so that rotation and logout take turns; None where it is over."""
    families = RefreshFamily.objects.select_for_update(no_key=True, of=("self",)).select_related("user")
    family = families.filter(tokens__token_hash=_hash(token), revoked_at__isnull=True, user__is_active=True).first()
    return family if family and _password_unchanged(family) else None


def _password_unchanged(family: RefreshFamily) -> bool:
    hashes = (family.user.get_session_auth_hash(), *family.user.get_session_auth_fallback_hash())
    return any(constant_time_compare(family.auth_hash, known) for known in hashes)


@messaging.command
def revoke(*, token: str) -> None:
    """End the sign-in a token belongs to; an unknown token ends nothing."""
    RefreshFamily.objects.filter(pk__in=_rows(token).values("family_id"), revoked_at__isnull=True).update(
        revoked_at=Now()
    )


@messaging.command
def forget_ended() -> int:
    """Delete one batch of tokens past their expiry, and of sign-ins without any left; return how many rows."""
    expired = RefreshToken.objects.filter(expires_at__lt=Now()).values_list("pk", flat=True)[:_BATCH]
    tokens, _ = RefreshToken.objects.filter(pk__in=list(expired)).delete()
    tokenless = RefreshFamily.objects.filter(~Exists(RefreshToken.objects.filter(family=OuterRef("pk"))))
    families, _ = RefreshFamily.objects.filter(pk__in=list(tokenless.values_list("pk", flat=True)[:_BATCH])).delete()
    return tokens + families


def _store(token: str, *, family: RefreshFamily) -> None:
    expires_at = Now() + settings.REFRESH_TOKEN_LIFETIME
    RefreshToken.objects.create(family=family, token_hash=_hash(token), expires_at=expires_at)


def _rows(token: str) -> QuerySet[RefreshToken]:
    return RefreshToken.objects.filter(token_hash=_hash(token))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _derive_successor(token: str) -> str:
    digest = hmac.digest(settings.SECRET_KEY.encode(), b"refresh-successor:" + token.encode(), "sha256")
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
