"""What the shopper fills in: checked by name, kept with the cart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from apps.accounts import api as accounts
from apps.addressing import api as addressing
from apps.checkout.contracts import CartOwner, CheckoutChanges, Quote
from apps.checkout.errors import CartBusy
from apps.checkout.models import Cart
from apps.checkout.services.carts import OpenCart, lifetime_end, open_cart
from apps.checkout.services.quoting import Details, details_of, make_quote, present_cart, read_variants
from apps.kernel import codec
from apps.kernel.errors import FieldError, Invalid
from apps.kernel.text import quoted
from apps.messaging import api as messaging

_ADDRESSES = ("shipping_address", "billing_address")
_ATTEMPTS = 5


def update_checkout(*, owner: CartOwner, changes: CheckoutChanges) -> Quote:
    """Check and keep what the shopper filled in, and return the quote with it."""
    wanted = _normalise(changes)
    _check(wanted)
    for _attempt in range(_ATTEMPTS):
        opened = open_cart(owner=owner)
        changes = _with_own_email(wanted, owner=owner, row=opened.row)
        details = _apply(details_of(opened.row), changes)
        variants = read_variants(opened)
        cart = present_cart(opened, variants=variants)
        quote = make_quote(cart, details=details, variants=variants, promo_codes=changes.promo_codes or ())
        _require_offered(changes, details, quote)
        columns = _columns(changes)
        if not columns or _write(opened=opened, columns=columns):
            return quote
    raise CartBusy(_("This cart is being changed by too many requests at once."))


def _with_own_email(changes: CheckoutChanges, *, owner: CartOwner, row: Cart) -> CheckoutChanges:
    """Return the changes with the address of the customer's account, where neither they nor the cart as it is now have one."""
    if owner.customer_id is None or changes.email is not None or row.email:
        return changes
    known = accounts.get_customers(ids=[owner.customer_id]).get(owner.customer_id)
    return replace(changes, email=known.email if known else None)


def _normalise(changes: CheckoutChanges) -> CheckoutChanges:
    spelt: dict[str, Any] = {
        name: addressing.normalise_address(address=address)
        for name in _ADDRESSES
        if (address := getattr(changes, name)) is not None
    }
    return replace(changes, **spelt)


def _check(changes: CheckoutChanges) -> None:
    faults = list(_email_faults(changes.email)) if changes.email is not None else []
    for name in _ADDRESSES:
        if (address := getattr(changes, name)) is not None:
            faults += addressing.find_address_faults(address=address, prefix=f"{name}.")
    if faults:
        raise Invalid(fields=faults)


def _email_faults(email: str) -> Iterator[FieldError]:
    try:
        validate_email(email)
    except ValidationError:
        yield FieldError(
            "email",
            "invalid_email",
            _("“%(given)s” is not an e-mail address such as ada@example.com.") % {"given": quoted(email, most=100)},
        )
    else:
        if len(email) > 254:
            yield FieldError("email", "too_long", _("An e-mail address has at most 254 characters."))


def _apply(details: Details, changes: CheckoutChanges) -> Details:
    given: dict[str, Any] = {
        name: value
        for name in ("email", "shipping_address", "billing_address", "shipping_method_id")
        if (value := getattr(changes, name)) is not None
    }
    return replace(details, **given)


def _require_offered(changes: CheckoutChanges, details: Details, quote: Quote) -> None:
    """Refuse a shipping method that this cart and address cannot have; without an address it is checked later."""
    if changes.shipping_method_id and details.shipping_address and quote.shipping_method_id is None:
        raise Invalid.field(
            "shipping_method_id", "shipping_method_unavailable",
            f"{changes.shipping_method_id} is not offered for this cart and address; see /checkout/shipping-methods.",
        )  # fmt: skip


def _columns(changes: CheckoutChanges) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    if changes.email is not None:
        columns["email"] = changes.email
    for name in _ADDRESSES:
        if (address := getattr(changes, name)) is not None:
            columns[name] = codec.encode(address)
    if changes.shipping_method_id is not None:
        columns["shipping_method_id"] = changes.shipping_method_id
    return columns


@messaging.command
def _write(*, opened: OpenCart, columns: dict[str, Any]) -> bool:
    if not opened.exists:
        Cart.objects.bulk_create([opened.row], ignore_conflicts=True)
    still_open = Cart.objects.filter(pk=opened.row.pk, status=Cart.Status.OPEN)
    return bool(still_open.update(expires_at=lifetime_end(), **columns))
