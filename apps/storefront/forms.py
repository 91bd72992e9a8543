"""Reading the checkout's form; faults are the checkout's own, named by field."""

from __future__ import annotations

from uuid import UUID

from babel import Locale
from django.http import QueryDict

from apps.checkout import api as checkout
from apps.kernel.address import Address
from apps.kernel.countries import COUNTRIES
from apps.kernel.errors import Invalid

ADDRESS_FIELDS = ("first_name", "last_name", "line1", "line2", "city", "region", "postal_code", "country", "phone")


def countries() -> list[tuple[str, str]]:
    """Return codes and names of all countries, by name."""
    names = Locale("en").territories
    return sorted(((code, str(names.get(code, code))) for code in COUNTRIES), key=lambda pair: pair[1])


def read_changes(post: QueryDict) -> checkout.CheckoutChanges:
    """Return what the shopper filled in; what was left blank stays as it was."""
    address = {name: post.get(name, "").strip() for name in ADDRESS_FIELDS}
    filled = any(value for name, value in address.items() if name != "country")
    return checkout.CheckoutChanges(
        email=post.get("email", "").strip() or None,
        shipping_address=Address(**address) if filled else None,
        shipping_method_id=_read_id(post.get("shipping_method_id", "")),
    )


def _read_id(given: str) -> UUID | None:
    try:
        return UUID(given) if given else None
    except ValueError as error:
        raise Invalid.field("shipping_method_id", "invalid", "Choose one of the delivery methods.") from error


def faults_by_field(error: Invalid) -> dict[str, str]:
    """Return one sentence per field, by the form's own field names."""
    return {fault.field.removeprefix("shipping_address."): fault.detail for fault in error.fields} or {"": error.detail}
