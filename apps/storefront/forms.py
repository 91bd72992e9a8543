"""Reading the shop's forms; faults are those of the apps behind, named by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from uuid import UUID

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from apps.checkout import api as checkout
from apps.kernel.errors import Invalid
from apps.kernel.money import Money
from apps.storefront import address_form

# What to say where a field that is needed was left blank.
_BLANK = {
    "email": _lazy("Enter your e-mail address: the confirmation goes there."),
    "first_name": _lazy("Enter your first name."),
    "last_name": _lazy("Enter your last name."),
    "password": _lazy("Choose a password."),
    "current_password": _lazy("Enter your current password."),
    "new_password": _lazy("Choose a password."),
    "shipping_method": _lazy("Choose how it should be delivered."),
}
_LONGEST = 2000


def read_changes(post: QueryDict) -> checkout.CheckoutChanges:
    """Return the whole form, blank fields too, so that what was emptied is noticed; the method only where one is chosen."""
    return checkout.CheckoutChanges(
        email=_text(post, "email"),
        shipping_address=address_form.read(post),
        shipping_method_id=_read_id(post.get("shipping_method_id", "")),
    )


def _text(post: QueryDict, name: str) -> str:
    return post.get(name, "").replace("\x00", "").strip()[:_LONGEST]


def _read_id(given: str) -> UUID | None:
    try:
        return UUID(given) if given else None
    except ValueError as error:
        raise Invalid.field("shipping_method_id", "invalid", _("Choose one of the delivery methods.")) from error


def read_expected_total(post: QueryDict) -> Money:
    """Return the total that the page showed, "84.90 EUR" in its hidden field: nobody orders for another, in another currency."""
    amount, _space, currency = post.get("expected_total", "").partition(" ")
    try:
        return Money(Decimal(amount), currency)
    except (InvalidOperation, ValueError, Invalid) as error:
        raise Invalid.field("", "invalid", _("Look at the total again, then order.")) from error


def read_way_on(request: HttpRequest, *, otherwise: str) -> str:
    """Return the path of this shop that a form or an address asks to go on to; the page named `otherwise` for any other."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None, require_https=request.is_secure())
    return wanted if safe and wanted.startswith("/") else reverse(otherwise)


def faults_by_field(error: Invalid, given: Mapping[str, str]) -> dict[str, str]:
    """Return one sentence per field, by the form's own field names."""
    faults: dict[str, str] = {}
    for fault in error.fields:
        name = fault.field.removeprefix("shipping_address.")
        blank = not given.get(name, "").strip()
        faults.setdefault(name, str(_BLANK[name]) if blank and name in _BLANK else fault.detail)
    return faults or {"": error.detail}


def without_method(changes: checkout.CheckoutChanges) -> checkout.CheckoutChanges:
    """Return the changes without the delivery method."""
    return replace(changes, shipping_method_id=None)
