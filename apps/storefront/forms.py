"""Reading the checkout's form; faults are the checkout's own, named by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from functools import cache
from uuid import UUID

from babel import Locale
from django.http import QueryDict

from apps.checkout import api as checkout
from apps.kernel.address import Address
from apps.kernel.countries import COUNTRIES
from apps.kernel.errors import Invalid
from apps.kernel.money import Money

ADDRESS_FIELDS = ("first_name", "last_name", "line1", "line2", "city", "region", "postal_code", "country", "phone")
# What to say where a field that is needed was left blank.
_BLANK = {
    "email": "Enter your e-mail address: the confirmation goes there.",
    "first_name": "Enter your first name.",
    "last_name": "Enter your last name.",
    "line1": "Enter the street and the number.",
    "city": "Enter the city.",
    "postal_code": "Enter the postal code.",
    "country": "Choose a country.",
    "password": "Choose a password.",
    "current_password": "Enter your current password.",
    "new_password": "Choose a password.",
    "shipping_method": "Choose how it should be delivered.",
}
_LONGEST = 2000


@cache
def countries() -> tuple[tuple[str, str], ...]:
    """Return codes and names of all countries, by name."""
    names = Locale("en").territories
    return tuple(sorted(((code, str(names.get(code, code))) for code in COUNTRIES), key=lambda pair: pair[1]))


def read_changes(post: QueryDict) -> checkout.CheckoutChanges:
    """Return the whole form, blank fields too, so that what was emptied is noticed; the method only where one is chosen."""
    return checkout.CheckoutChanges(
        email=_text(post, "email"),
        shipping_address=read_address(post),
        shipping_method_id=_read_id(post.get("shipping_method_id", "")),
    )


def read_address(post: QueryDict) -> Address:
    """Return the address of a form, as it was typed."""
    return Address(**{name: _text(post, name) for name in ADDRESS_FIELDS})


def _text(post: QueryDict, name: str) -> str:
    return post.get(name, "").replace("\x00", "").strip()[:_LONGEST]


def _read_id(given: str) -> UUID | None:
    try:
        return UUID(given) if given else None
    except ValueError as error:
        raise Invalid.field("shipping_method_id", "invalid", "Choose one of the delivery methods.") from error


def read_expected_total(post: QueryDict) -> Money | None:
    """Return the total that the page showed, "84.90 EUR" in its hidden field."""
    amount, _, currency = post.get("expected_total", "").partition(" ")
    try:
        return Money(Decimal(amount), currency) if amount else None
    except (InvalidOperation, ValueError, Invalid) as error:
        raise Invalid.field("", "invalid", "Look at the total again, then order.") from error


def faults_by_field(error: Invalid, given: Mapping[str, str]) -> dict[str, str]:
    """Return one sentence per field, by the form's own field names."""
    faults: dict[str, str] = {}
    for fault in error.fields:
        name = fault.field.removeprefix("shipping_address.")
        blank = not given.get(name, "").strip()
        faults.setdefault(name, _BLANK[name] if blank and name in _BLANK else fault.detail)
    return faults or {"": error.detail}


def without_method(changes: checkout.CheckoutChanges) -> checkout.CheckoutChanges:
    """Return the changes without the delivery method."""
    return replace(changes, shipping_method_id=None)
