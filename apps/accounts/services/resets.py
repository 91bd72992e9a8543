"""A way back in for whoever forgot the password: a signed link, good once and for an hour.

Nothing is stored. A token is signed over the password's hash and the address, so that it ends with either of them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.utils.translation import gettext as _

from apps.accounts.errors import InvalidPassword, InvalidResetToken
from apps.accounts.events import PasswordResetRequested
from apps.accounts.models import User
from apps.accounts.services.people import email_faults, password_faults, write_password
from apps.kernel import clock
from apps.kernel.errors import FieldError, Invalid
from apps.kernel.ids import uuid7
from apps.messaging import api as messaging
from apps.web.languages import active_language

_LONGEST_TOKEN = 200


class _Tokens(PasswordResetTokenGenerator):
    """Django's, on the shop's clock; signing in with the old password ends none, since it proves nothing about the mail."""

    key_salt = "apps.accounts.services.resets"

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        return f"{user.pk}{user.password}{user.email}{timestamp}"

    def _now(self) -> datetime:
        return clock.now().replace(tzinfo=None)


_tokens = _Tokens()


def request(*, email: str) -> None:
    """Ask for a link. The same statements run for every address, so that time does not tell which has an account."""
    email = User.normalize_username(email)
    if faults := email_faults(email):
        raise Invalid(fields=faults)
    user = User.objects.filter(email=email, is_active=True).first()
    _publish(customer_id=user.pk if user and user.has_usable_password() else None)


@messaging.command
def _publish(*, customer_id: UUID | None) -> None:
    messaging.publish(
        PasswordResetRequested(request_id=uuid7(), customer_id=customer_id, language=active_language()), version=1
    )


def make_token(user: User) -> str:
    """Return what proves, for an hour, that somebody reads this user's mail."""
    return f"{user.pk.hex}-{_tokens.make_token(user)}"


def find_user(token: str) -> User:
    """Return whose token this is; looking uses nothing up. Raises InvalidResetToken."""
    user_id, _hyphen, signed = token[:_LONGEST_TOKEN].partition("-")
    try:
        user = User.objects.filter(pk=UUID(hex=user_id), is_active=True).first()
    except ValueError:
        user = None
    if user is None or not _tokens.check_token(user, signed):
        raise _ended()
    return user


def reset(*, token: str, password: str) -> User:
    """Check, hash, then write over the password that the token was made for: of two at once, one wins."""
    user = find_user(token)
    if faults := password_faults(password, user):
        raise InvalidPassword(fields=faults)
    if not write_password(user=user, new=make_password(password)):
        raise _ended()
    return user


def _ended() -> InvalidResetToken:
    return InvalidResetToken(
        fields=[FieldError("token", "invalid_reset_token", _("This link has ended. Ask for another one."))]
    )
