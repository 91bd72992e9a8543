"""Opening and changing carts. A change is decided on the cart as read and holds only if the cart is still that version."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError
from django.db.models import F
from django.utils.translation import gettext as _

from apps.catalog import api as catalog
from apps.catalog.contracts import SellableVariant
from apps.checkout import selectors
from apps.checkout.contracts import CartOwner
from apps.checkout.errors import (
    CartBusy,
    CartFull,
    CartItemNotFound,
    CartNotFound,
    NotSoldInCurrency,
    UnknownVariant,
)
from apps.checkout.models import MAX_QUANTITY, Cart, CartLine
from apps.checkout.selectors import Line, StoredCart
from apps.checkout.services.merging import merge_carts, settle_currency
from apps.kernel import clock, codec
from apps.kernel.errors import FieldError, Invalid, PreconditionFailed
from apps.kernel.ids import uuid7
from apps.kernel.money import currency_decimals
from apps.messaging import api as messaging
from apps.persistence.statements import broken_constraint, insert_rows
from apps.web import tokens
from apps.web.languages import active_language

MAX_LINES = 500
TOKEN_DAYS = 400
_ATTEMPTS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCart:
    """The cart a request works on; `exists` is false until the first change writes it. `token` is empty for customers.

    `merged` tells that this very request merged two: nobody has seen the notes of that yet.
    """

    row: Cart
    lines: tuple[Line, ...]
    token: str
    exists: bool
    merged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to be written, and the lines the cart then has. `variants` where the decision has read them.

    What the cart tells is told no more, unless the change keeps its notes.
    """

    lines: tuple[Line, ...]
    write: Callable[[], object]
    added: CartLine | None = None  # what `write` would insert
    keeps_notes: bool = False
    variants: Mapping[UUID, SellableVariant] | None = None


def open_cart(*, owner: CartOwner, currency: str | None = None) -> OpenCart:
    """Return the owner's open cart, or an unwritten one; a guest's cart merges into the customer's where both are given."""
    holder_id, token = _read_token(owner)
    known_holder = holder_id if owner.token else None
    merged = False
    for _attempt in range(_ATTEMPTS):
        found = selectors.find_open_carts(customer_id=owner.customer_id, holder_id=known_holder)
        if not (owner.customer_id and any(cart.row.holder_id for cart in found)):
            break
        _merge(customer_id=owner.customer_id, found=found)
        merged = True
    seen = currency or owner.currency
    cart = found[0] if found else _new_cart(owner, holder_id, seen or settings.DEFAULT_CURRENCY)
    if cart.lines:
        _keep_currency(cart, currency)
    elif seen:
        currency_decimals(seen)
        cart.row.currency = seen
    return OpenCart(row=cart.row, lines=cart.lines, token=token, exists=bool(found), merged=merged)


def holder_of(owner: CartOwner) -> UUID | None:
    """Return whose guest token this is; CartNotFound where it is forged or expired."""
    if not owner.token:
        return None
    subject = tokens.read(owner.token, purpose="cart")
    if subject is None:
        raise CartNotFound("This Cart-Token is not valid; leave it out to start a new cart.")
    return UUID(subject)


def _read_token(owner: CartOwner) -> tuple[UUID | None, str]:
    """Return the guest's id and the token to answer with, both new where the caller brought nothing at all."""
    holder_id = holder_of(owner)
    if owner.customer_id:
        return holder_id, ""
    if holder_id is None:
        holder_id = uuid7()
        return holder_id, tokens.sign(subject=str(holder_id), purpose="cart", days=TOKEN_DAYS)
    return holder_id, owner.token


def _merge(*, customer_id: UUID, found: list[StoredCart]) -> None:
    guest = next(cart for cart in found if cart.row.holder_id)
    own = next((cart for cart in found if cart.row.customer_id), None)
    repricing = settle_currency(guest=guest, own=own) if own else None
    try:
        merge_carts(customer_id=customer_id, guest_cart_id=guest.row.pk, repricing=repricing)
    except IntegrityError:
        return  # the customer's first cart was made at the same moment; look again


def _new_cart(owner: CartOwner, holder_id: UUID | None, currency: str) -> StoredCart:
    currency_decimals(currency)
    holder = None if owner.customer_id else holder_id
    row = Cart(customer_id=owner.customer_id, holder_id=holder, currency=currency, expires_at=lifetime_end())
    return StoredCart(row=row, lines=())


def lifetime_end() -> datetime:
    """Return when a cart that is touched now expires."""
    return clock.now() + timedelta(days=settings.CART_LIFETIME_DAYS)


def _keep_currency(cart: StoredCart, currency: str | None) -> None:
    """Refuse another currency for a cart with lines."""
    if currency is None or currency == cart.row.currency:
        return
    currency_decimals(currency)
    raise NotSoldInCurrency.field(
        "currency",
        "not_sold_in_currency",
        _("This cart is in %(currency)s; empty it to buy in %(other)s.")
        % {"currency": cart.row.currency, "other": currency},
    )


def change_cart(
    *,
    owner: CartOwner,
    decide: Callable[[OpenCart], Change],
    currency: str | None = None,
    if_version: int | None = None,
) -> tuple[OpenCart, Change]:
    """Open the cart, decide, and write if it is still the version that was decided on; else decide again on the new one."""
    for _attempt in range(_ATTEMPTS):
        opened = open_cart(owner=owner, currency=currency)
        if if_version is not None and if_version != opened.row.version:
            raise PreconditionFailed(f"The cart is at version {opened.row.version} now, not {if_version}.")
        change = decide(opened)
        if _write(opened=opened, change=change):
            return replace(opened, lines=change.lines, exists=True), change
    raise CartBusy(_("This cart is being changed by too many requests at once."))


def _write(*, opened: OpenCart, change: Change) -> bool:
    """Write a change; False where the cart is no longer what it was decided on."""
    opened.row.expires_at = lifetime_end()
    try:
        return _update(opened=opened, change=change) if opened.exists else _insert(opened=opened, change=change)
    except IntegrityError as error:
        if opened.exists or not broken_constraint(error).startswith("checkout_cart_one_open"):
            raise
        return False  # another request made the owner's first cart at the same moment


@messaging.command
def _insert(*, opened: OpenCart, change: Change) -> bool:
    opened.row.version = 1
    if change.added:
        insert_rows([opened.row], [change.added])
        return True
    insert_rows([opened.row])
    change.write()
    return True


@messaging.command
def _update(*, opened: OpenCart, change: Change) -> bool:
    row = opened.row
    current = Cart.objects.filter(pk=row.pk, status=Cart.Status.OPEN, version=row.version)
    row.notes = row.notes if opened.merged or change.keeps_notes else None
    if not current.update(version=F("version") + 1, currency=row.currency, expires_at=row.expires_at, notes=row.notes):
        return False
    change.write()
    row.version += 1
    return True


def add_line(opened: OpenCart, *, variant_id: UUID, quantity: int) -> Change:
    """Decide on one more of a variant: a new line, or a higher quantity of the line it has."""
    ids = {*(line.variant_id for line in opened.lines), variant_id}
    variants = catalog.get_variants(ids=sorted(ids), currency=opened.row.currency, language=active_language())
    variant = require_sellable(variants.get(variant_id), variant_id=variant_id, currency=opened.row.currency)
    before = next((line for line in opened.lines if line.variant_id == variant_id), None)
    if before is None:
        return _append(opened, variant, quantity, variants)
    if before.quantity + quantity > MAX_QUANTITY:
        raise CartFull.field(
            "quantity",
            "too_many",
            _("The cart has %(count)s already; at most %(most)s fit, so add fewer.")
            % {"count": before.quantity, "most": MAX_QUANTITY},
        )
    line = replace(before, quantity=before.quantity + quantity, price_seen=variant.price)
    return replace(_replace(opened, line), variants=variants)


def require_sellable(variant: SellableVariant | None, *, variant_id: UUID, currency: str) -> SellableVariant:
    """Return the variant where a shopper can buy it in this currency, else refuse by name."""
    if variant is None or not variant.available_for_sale:
        raise UnknownVariant.field(
            "variant_id",
            "unknown_variant",
            _("%(variant)s is not a variant that is for sale.") % {"variant": variant_id},
        )
    if variant.price is None:
        raise NotSoldInCurrency.field(
            "variant_id",
            "not_sold_in_currency",
            _("%(sku)s is not sold in %(currency)s.") % {"sku": variant.sku, "currency": currency},
        )
    return variant


def _append(
    opened: OpenCart, variant: SellableVariant, quantity: int, variants: Mapping[UUID, SellableVariant]
) -> Change:
    if len(opened.lines) >= MAX_LINES:
        raise CartFull.field(
            "variant_id", "too_many_lines", _("A cart holds at most %(most)s lines.") % {"most": MAX_LINES}
        )
    snapshot = {
        "product_id": codec.encode(variant.product_id),
        "product_slug": variant.product_slug,
        "sku": variant.sku,
        "title": variant.shown_title,
        "options": dict(variant.shown_options),
    }
    line = Line(
        id=uuid7(), variant_id=variant.id, quantity=quantity, price_seen=variant.price, snapshot=snapshot
    )  # fmt: skip
    stored = CartLine(
        id=line.id, cart_id=opened.row.pk, variant_id=line.variant_id, quantity=quantity, snapshot=snapshot
    )
    stored.price_seen = line.price_seen
    return Change(lines=(*opened.lines, line), write=lambda: insert_rows([stored]), added=stored, variants=variants)


def set_line(opened: OpenCart, *, item_id: UUID, quantity: int) -> Change:
    """Decide on another quantity of a line."""
    return _replace(opened, replace(_require_line(opened, item_id), quantity=quantity))


def _replace(opened: OpenCart, line: Line) -> Change:
    price = line.price_seen
    changed = CartLine.objects.filter(pk=line.id)
    return Change(
        lines=tuple(line if other.id == line.id else other for other in opened.lines),
        write=lambda: changed.update(
            quantity=line.quantity,
            price_seen_amount=price.amount if price else None,
            price_seen_currency=price.currency if price else None,
        ),
    )


def remove_line(opened: OpenCart, *, item_id: UUID) -> Change:
    """Decide to drop a line."""
    line = _require_line(opened, item_id)
    rest = tuple(other for other in opened.lines if other.id != line.id)
    return Change(lines=rest, write=CartLine.objects.filter(pk=line.id).delete)


def remove_all(opened: OpenCart) -> Change:
    """Decide to drop every line."""
    return Change(lines=(), write=CartLine.objects.filter(cart_id=opened.row.pk).delete)


def _require_line(opened: OpenCart, item_id: UUID) -> Line:
    for line in opened.lines:
        if line.id == item_id:
            return line
    raise CartItemNotFound(_("The cart has no item %(item)s.") % {"item": item_id})


def check_quantity(quantity: int) -> int:
    """Return a quantity of 1 to 999; Invalid otherwise."""
    if isinstance(quantity, bool) or not 1 <= quantity <= MAX_QUANTITY:
        raise Invalid(
            fields=[
                FieldError(
                    "quantity",
                    "invalid_quantity",
                    _("%(given)s is not a whole number from 1 to %(most)s.")
                    % {"given": quantity, "most": MAX_QUANTITY},
                )
            ]
        )
    return quantity
