"""The address book of a customer."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

from django.utils.translation import gettext as _

from apps.accounts.errors import AddressBookFull, AddressNotFound, CustomerNotFound, InvalidAddress
from apps.accounts.models import SavedAddress, User
from apps.addressing import api as addressing
from apps.kernel.address import Address
from apps.messaging import api as messaging

MAX_ADDRESSES = 200


@messaging.command
def save(*, customer_id: UUID, address: Address, address_id: UUID | None, is_default: bool) -> SavedAddress:
    """Add or replace an address."""
    address = addressing.normalise_address(address=address)
    if faults := addressing.find_address_faults(address=address):
        raise InvalidAddress(fields=faults)
    _lock_book(customer_id)
    row = _new(customer_id) if address_id is None else _own(customer_id, address_id)
    for name, value in asdict(address).items():
        setattr(row, name, value)
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
        raise AddressBookFull(
            _("An address book holds %(count)s addresses; delete one that is not needed.") % {"count": MAX_ADDRESSES}
        )
    return SavedAddress(user_id=customer_id)


def _own(customer_id: UUID, address_id: UUID) -> SavedAddress:
    row = SavedAddress.objects.filter(pk=address_id, user_id=customer_id).first()
    if row is None:
        raise AddressNotFound("There is no such address in your book.")
    return row
