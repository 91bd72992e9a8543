"""Registration and profile."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth import password_validation
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError
from django.utils.translation import gettext as _
from psycopg.errors import UniqueViolation

from apps.accounts.errors import InvalidPassword, InvalidProfile, InvalidRegistration
from apps.accounts.events import CustomerRegistered, PasswordChanged
from apps.accounts.models import User
from apps.accounts.selectors import get_user
from apps.accounts.services.checking import find_faults
from apps.kernel.errors import FieldError
from apps.kernel.ids import uuid7
from apps.kernel.text import quoted
from apps.messaging import api as messaging
from apps.web.languages import active_language

MAX_EMAIL = 254
MAX_PASSWORD = 1024
_NAMES = ("first_name", "last_name")


def register(*, email: str, password: str, first_name: str, last_name: str) -> User:
    """Check, hash, then write: the hash is slow on purpose and has no place inside a transaction."""
    user = User(email=User.normalize_username(email), first_name=first_name.strip(), last_name=last_name.strip())
    faults = [*email_faults(user.email), *find_faults(user, fields=_NAMES), *password_faults(password, user)]
    if faults:
        raise InvalidRegistration(fields=faults)
    user.password = make_password(password)
    try:
        return _insert(user)
    except IntegrityError as error:
        if not isinstance(error.__cause__, UniqueViolation):
            raise
        raise _taken(user.email) from error


@messaging.command
def _insert(user: User) -> User:
    user.save(force_insert=True)
    announce_registration(user)
    user.refresh_from_db(fields=["date_joined"])
    return user


def announce_registration(user: User) -> None:
    """Publish, inside the transaction that makes the account, that there is one."""
    messaging.publish(CustomerRegistered(customer_id=user.pk), version=1)


def _taken(email: str) -> InvalidRegistration:
    return InvalidRegistration(
        fields=[
            FieldError(
                "email", "email_taken", _("%(email)s has an account already; sign in instead.") % {"email": email}
            )
        ]
    )


def email_faults(email: str) -> list[FieldError]:
    """Return what is wrong with an address in its kept spelling."""
    try:
        if len(email) > MAX_EMAIL:
            raise ValidationError("too long")
        validate_email(email)
    except ValidationError:
        detail = _("“%(given)s” is not an e-mail address such as ada@example.com.") % {
            "given": quoted(email, most=MAX_EMAIL)
        }
        return [FieldError("email", "invalid_email", detail)]
    return []


def password_faults(password: str, user: User) -> list[FieldError]:
    """Return what is wrong with a password that a user, saved or not, would have."""
    if len(password) > MAX_PASSWORD:
        return [
            FieldError(
                "password", "password_too_long", _("Use at most %(count)s characters.") % {"count": MAX_PASSWORD}
            )
        ]
    try:
        password_validation.validate_password(password, user)
    except ValidationError as error:
        return [FieldError("password", str(e.code or "weak_password"), _password_fault(e)) for e in error.error_list]
    return []


def _password_fault(error: ValidationError) -> str:
    if error.code == "password_too_common":
        return _("This password is too easy to guess.")
    return str(error.messages[0])


def change_password(*, customer_id: UUID, current: str, new: str) -> User:
    """Check both, hash, then write."""
    user = get_user(customer_id)
    if len(current) > MAX_PASSWORD or not user.check_password(current):
        raise InvalidPassword(
            fields=[FieldError("current_password", "wrong_password", _("This is not your password."))]
        )
    if faults := password_faults(new, user):
        raise InvalidPassword(fields=[FieldError("new_password", fault.code, fault.detail) for fault in faults])
    hashed = make_password(new)
    if not write_password(user=user, new=hashed):
        raise InvalidPassword(
            fields=[FieldError("current_password", "wrong_password", _("The password was changed meanwhile."))]
        )
    user.password = hashed
    return user


@messaging.command
def write_password(*, user: User, new: str) -> bool:
    """Write a hash where password and address are still those that the user was read with; return whether they were."""
    unchanged = User.objects.filter(pk=user.pk, password=user.password, email=user.email, is_active=True)
    if not unchanged.update(password=new):
        return False
    changed = PasswordChanged(change_id=uuid7(), customer_id=user.pk, language=active_language())
    messaging.publish(changed, version=1)
    return True


@messaging.command
def update(*, customer_id: UUID, first_name: str | None, last_name: str | None) -> User:
    """Write only the names that are given: two requests, each with one of them, both count."""
    user = get_user(customer_id)
    given = {
        name: value.strip() for name, value in zip(_NAMES, (first_name, last_name), strict=True) if value is not None
    }
    for name, value in given.items():
        setattr(user, name, value)
    if faults := find_faults(user, fields=given):
        raise InvalidProfile(fields=faults)
    user.save(update_fields=given)
    return user
