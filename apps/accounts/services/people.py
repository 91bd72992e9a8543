"""Registration, profile and address book."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

from django.contrib.auth import password_validation
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError

from apps.accounts.errors import AddressNotFound, InvalidRegistration
from apps.accounts.events import CustomerRegistered
from apps.accounts.models import SavedAddress, User
from apps.accounts.selectors import get_user
from apps.kernel.address import Address
from apps.kernel.errors import FieldError
from apps.messaging import api as messaging

MAX_PASSWORD = 1024


def register(*, email: str, password: str, first_name: str, last_name: str) -> User:
    """Check, hash, then write: the hash is slow on purpose and has no place inside a transaction."""
    user = User(email=email.strip().lower(), first_name=first_name.strip(), last_name=last_name.strip())
    faults = [*_email_faults(user.email), *_password_faults(password, user)]
    if faults:
        raise InvalidRegistration(fields=faults)
    user.password = make_password(password)
    try:
        return _insert(user)
    except IntegrityError as error:
        raise _taken(user.email) from error


@messaging.command
def _insert(user: User) -> User:
    user.save(force_insert=True)
    messaging.publish(CustomerRegistered(customer_id=user.pk), version=1)
    user.refresh_from_db(fields=["date_joined"])
    return user


def _taken(email: str) -> InvalidRegistration:
    return InvalidRegistration(
        fields=[FieldError("email", "email_taken", f"{email} has an account already; sign in instead.")]
    )


def _email_faults(email: str) -> list[FieldError]:
    try:
        validate_email(email)
    except ValidationError:
        return [FieldError("email", "invalid_email", f"{email!r} is not an e-mail address such as ada@example.com.")]
    return []


def _password_faults(password: str, user: User) -> list[FieldError]:
    if len(password) > MAX_PASSWORD:
        return [FieldError("password", "password_too_long", f"Use at most {MAX_PASSWORD} characters.")]
    try:
        password_validation.validate_password(password, user)
    except ValidationError as error:
        return [FieldError("password", str(e.code or "weak_password"), str(e.messages[0])) for e in error.error_list]
    return []


@messaging.command
def update(*, customer_id: UUID, first_name: str | None, last_name: str | None) -> User:
    user = get_user(customer_id)
    if first_name is not None:
        user.first_name = first_name.strip()
    if last_name is not None:
        user.last_name = last_name.strip()
    user.save(update_fields=["first_name", "last_name"])
    return user


@messaging.command
def save_address(*, customer_id: UUID, address: Address, address_id: UUID | None, is_default: bool) -> SavedAddress:
    # The customer's row is the lock that keeps two requests from both making a default.
    User.objects.select_for_update(no_key=True).get(pk=customer_id)
    if is_default:
        SavedAddress.objects.filter(user_id=customer_id, is_default=True).update(is_default=False)
    row = SavedAddress(user_id=customer_id) if address_id is None else _own_address(customer_id, address_id)
    for name, value in asdict(address).items():
        setattr(row, name, value)
    row.is_default = is_default
    row.save()
    return row


@messaging.command
def delete_address(*, customer_id: UUID, address_id: UUID) -> None:
    _own_address(customer_id, address_id).delete()


def _own_address(customer_id: UUID, address_id: UUID) -> SavedAddress:
    row = SavedAddress.objects.filter(pk=address_id, user_id=customer_id).first()
    if row is None:
        raise AddressNotFound("There is no such address in your book.")
    return row
