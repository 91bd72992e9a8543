"""Published interface of checkout: the cart, the quote, and turning it into an order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from uuid import UUID

from django.conf import settings

from apps.checkout import selectors
from apps.checkout.contracts import Cart, CartItem, CartNote, CartOwner, CheckoutChanges, DayOfCarts, PlacedOrder, Quote
from apps.checkout.errors import (
    CartBusy,
    CartFull,
    CartItemNotFound,
    CartNotFound,
    CheckoutIncomplete,
    NotSoldInCurrency,
    QuoteChanged,
    UnknownVariant,
)
from apps.checkout.services import carts, closing, details, placing, quoting, repricing
from apps.inventory.api import InsufficientStock
from apps.kernel.money import Money, currency_decimals
from apps.messaging import api as messaging
from apps.orders.api import AlreadyPlaced, Order
from apps.shipping import api as shipping
from apps.shipping.api import FreeDelivery

__all__ = [
    "AlreadyPlaced",
    "Cart",
    "CartBusy",
    "CartFull",
    "CartItem",
    "CartItemNotFound",
    "CartNotFound",
    "CartNote",
    "CartOwner",
    "CheckoutChanges",
    "CheckoutIncomplete",
    "DayOfCarts",
    "FreeDelivery",
    "InsufficientStock",
    "NotSoldInCurrency",
    "PlacedOrder",
    "Quote",
    "QuoteChanged",
    "UnknownVariant",
    "add_item",
    "caller_of_cart",
    "change_currency",
    "clear_cart",
    "expire_carts",
    "get_cart",
    "get_free_delivery",
    "get_quote",
    "list_days_of_carts",
    "list_shipping_options",
    "place_order",
    "remove_item",
    "set_quantity",
    "update_checkout",
]


def get_cart(*, owner: CartOwner, currency: str | None = None) -> Cart:
    """Return the owner's cart at today's prices and stock, an empty one where there is none yet; three queries.

    With a customer and a guest's token the guest's cart merges into the customer's first. Of two currencies the guest's is kept, which the
    shopper saw last, unless something of the customer's has no price in it: then the customer's. `Cart.notes` names what has no price
    there and was left out, and what got another price. `Cart.token` is what a guest brings next time.
    `currency` (ISO 4217, the shop's by default) is that of a cart to be: raises NotSoldInCurrency for a cart with lines in another one,
    CartNotFound for a forged or expired token.
    """
    opened = carts.open_cart(owner=owner, currency=currency)
    return quoting.present_cart(opened, variants=quoting.read_variants(opened))


def add_item(
    *, owner: CartOwner, variant_id: UUID, quantity: int, currency: str | None = None, if_version: int | None = None
) -> Cart:
    """Put `quantity` (1 to 999) of a variant into the cart, on top of what is there, and return the cart.

    Nothing is reserved by it. Raises Invalid (`quantity`), UnknownVariant (absent or a draft), NotSoldInCurrency, CartFull (over 999 of a
    variant or 500 lines), CartNotFound, CartBusy, and PreconditionFailed where `if_version` is given and the cart is another version.
    """
    carts.check_quantity(quantity)
    opened, change = carts.change_cart(
        owner=owner,
        currency=currency,
        if_version=if_version,
        decide=lambda cart: carts.add_line(cart, variant_id=variant_id, quantity=quantity),
    )
    return _present(opened, change)


def set_quantity(*, owner: CartOwner, item_id: UUID, quantity: int, if_version: int | None = None) -> Cart:
    """Set the quantity (1 to 999) of a cart's item, and return the cart.

    Raises Invalid (`quantity`), CartItemNotFound, CartNotFound, CartBusy, PreconditionFailed (`if_version`).
    """
    carts.check_quantity(quantity)
    opened, change = carts.change_cart(
        owner=owner,
        if_version=if_version,
        decide=lambda cart: carts.set_line(cart, item_id=item_id, quantity=quantity),
    )
    return _present(opened, change)


def remove_item(*, owner: CartOwner, item_id: UUID, if_version: int | None = None) -> Cart:
    """Take an item out of the cart, and return the cart. Raises CartItemNotFound, CartNotFound, CartBusy, PreconditionFailed."""
    opened, change = carts.change_cart(
        owner=owner, if_version=if_version, decide=lambda cart: carts.remove_line(cart, item_id=item_id)
    )
    return _present(opened, change)


def change_currency(*, owner: CartOwner, currency: str) -> Cart:
    """Give every line of the cart its price in `currency` (ISO 4217) today, and return the cart; `price_was` counts from there.

    A delivery method that is not offered in it is unset; notes on what was left out at a merge stay. A cart without lines is in that
    currency from its first line on, if the owner still sees it then. Raises NotSoldInCurrency (`currency`), naming the lines that have no
    price in it; nothing changes then. Raises Invalid (`currency`: `unknown_currency`), CartNotFound, CartBusy.
    """
    currency_decimals(currency)
    owner = replace(owner, currency=currency)
    opened = carts.open_cart(owner=owner)
    if opened.row.currency == currency:
        return quoting.present_cart(opened, variants=quoting.read_variants(opened))
    opened, change = carts.change_cart(owner=owner, decide=lambda cart: repricing.reprice(cart, currency=currency))
    return _present(opened, change)


def clear_cart(*, owner: CartOwner, if_version: int | None = None) -> None:
    """Take everything out of the cart. Raises CartNotFound, CartBusy, PreconditionFailed."""
    carts.change_cart(owner=owner, if_version=if_version, decide=carts.remove_all)


def _present(opened: carts.OpenCart, change: carts.Change) -> Cart:
    variants = quoting.read_variants(opened) if change.variants is None else change.variants
    return quoting.present_cart(opened, variants=variants)


def get_quote(*, owner: CartOwner) -> Quote:
    """Return what the checkout would cost now, and in `missing` what stands between it and an order: any of items, stock, email,
    shipping_address, shipping_method. At most six queries, however many lines. Raises CartNotFound.
    """
    opened = carts.open_cart(owner=owner)
    variants = quoting.read_variants(opened)
    cart = quoting.present_cart(opened, variants=variants)
    return quoting.make_quote(cart, details=quoting.details_of(opened.row), variants=variants)


def update_checkout(*, owner: CartOwner, changes: CheckoutChanges) -> Quote:
    """Keep what the shopper filled in, and return the new quote. A customer without an e-mail address there gets the account's.

    Raises Invalid naming each field: email, shipping_address.*, billing_address.*, shipping_method_id (not offered for this address),
    promo_codes (`promo_code_unknown`); nothing is kept then. Raises CartNotFound, CartBusy.
    """
    return details.update_checkout(owner=owner, changes=changes)


def list_shipping_options(*, owner: CartOwner) -> tuple[shipping.ShippingOption, ...]:
    """Return how this cart can be delivered to its shipping address, or to the shop's own country while there is none.

    Raises CartNotFound.
    """
    opened = carts.open_cart(owner=owner)
    variants = quoting.read_variants(opened)
    cart = quoting.present_cart(opened, variants=variants, check_stock=False)
    address = quoting.details_of(opened.row).shipping_address
    return shipping.list_shipping_options(
        country=address.country if address else settings.DEFAULT_COUNTRY,
        region=address.region if address else "",
        currency=cart.currency,
        subtotal=cart.subtotal,
        weight_grams=quoting.weigh(cart, variants),
    )


def get_free_delivery(*, cart: Cart) -> FreeDelivery | None:
    """Return what a cart lacks to be delivered for nothing; None where nothing is free above a threshold. Two queries.

    The destination is its shipping address, or the shop's own country while there is none.
    """
    address = quoting.read_address(selectors.find_shipping_address(cart_id=cart.id))
    return shipping.get_free_delivery(
        country=address.country if address else settings.DEFAULT_COUNTRY,
        region=address.region if address else "",
        currency=cart.currency,
        subtotal=cart.subtotal,
    )


def place_order(
    *,
    owner: CartOwner,
    expected_total: Money | None,
    scope: messaging.IdempotencyScope,
    encode: Callable[[Order, str], messaging.StoredAnswer],
) -> PlacedOrder:
    """Turn the checkout into an order that waits for its payment, and close the cart.

    Two commits: the stock is reserved, then the order is written together with the answer that `encode(order, order_token)` makes. A
    repeat that comes while the first is under way gets that answer (`replayed`), one after a crash in between goes on. What was
    put into the cart meanwhile moves to a fresh cart.

    Raises InsufficientStock (`lines`; the cart stays), QuoteChanged (`quote`; `expected_total` is not the total now), CheckoutIncomplete
    (`missing`), AlreadyPlaced (the order this cart became before), IdempotencyKeyReused, CartNotFound.

    Call it inside `messaging.exclusive(scope, app="orders", of_caller=True)` where that yields no answer: two at once would hold the
    cart's stock twice.
    """
    return placing.place_order(owner=owner, expected_total=expected_total, scope=scope, encode=encode)


def caller_of_cart(*, owner: CartOwner) -> str:
    """Return whose idempotency keys these are: "customer:<id>", "cart:<id>", or "anonymous" for nobody yet. Raises CartNotFound."""
    if owner.customer_id:
        return f"customer:{owner.customer_id}"
    holder_id = carts.holder_of(owner)
    return f"cart:{holder_id}" if holder_id else "anonymous"


def expire_carts() -> int:
    """Delete carts that nobody touched for `CART_LIFETIME_DAYS`, with what was filled in; return how many."""
    return closing.expire_carts()


def list_days_of_carts(*, first: date, last: date) -> tuple[DayOfCarts, ...]:
    """Return every day of the shop's time zone from `first` to `last`, both included, with the carts begun on it; one query.

    A guest's cart that merged into a customer's is not counted. Carts are forgotten after a week: earlier days come out empty.
    """
    return selectors.list_days_of_carts(first=first, last=last)
