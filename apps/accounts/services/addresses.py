"""The address book of a customer."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

from apps.accounts.errors import AddressBookFull, AddressNotFound, CustomerNotFound, InvalidAddress
from apps.accounts.models import SavedAddress, User
from apps.accounts.services.checking import find_faults
from apps.kernel.address import Address
from apps.kernel.countries import check_country
from apps.messaging import api as messaging

MAX_ADDRESSES = 200


@messaging.command
def save(*, customer_id: UUID, address: Address, address_id: UUID | None, is_default: bool) -> SavedAddress:
    """Add or replace an address."""
    check_country(address.country)
    _lock_book(customer_id)
    row = _new(customer_id) if address_id is None else _own(customer_id, address_id)
    parts = asdict(address)
    for name, value in parts.items():
        setattr(row, name, value)
    if faults := find_faults(row, fields=parts):
        raise InvalidAddress(fields=faults)
    if is_default:
        SavedAddress.objects.filter(user_id=customer_id, is_default=True).exclude(pk=row.pk).update(is_default=False)
    row.is_default = is_default
    row.save()
    return row


@messaging.command
def delete(*, customer_id: UUID, address_id: UUID) -> None:
    """Remove an address."""
    _own(customer_id, address_id).delete()


def _lock_book(customer_id: UUID) -> None:
    """Take the customer's row as the lock that keeps two requests from both making a default or the last address."""
    if not User.objects.select_for_update(no_key=True).filter(pk=customer_id, is_active=True).exists():
        raise CustomerNotFound("There is no such customer.")


def _new(customer_id: UUID) -> SavedAddress:
    if SavedAddress.objects.filter(user_id=customer_id).count() >= MAX_ADDRESSES:
        raise AddressBookFull(f"An address book holds {MAX_ADDRESSES} addresses; delete one that is not needed.")
    return SavedAddress(user_id=customer_id)


def _own(customer_id: UUID, address_id: UUID) -> SavedAddress:
    row = SavedAddress.objects.filter(pk=address_id, user_id=customer_id).first()
    if row is None:
        raise AddressNotFound("There is no such address in your book.")
    return row
