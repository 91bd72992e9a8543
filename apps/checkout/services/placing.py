"""The checkout becomes an order: two commits, first the stock, then the order with everything that belongs to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from apps.catalog.contracts import SellableVariant
from apps.checkout import selectors
from apps.checkout.contracts import CartItem, CartOwner, PlacedOrder, Quote
from apps.checkout.errors import CheckoutIncomplete, QuoteChanged
from apps.checkout.services.carts import OpenCart, holder_of, open_cart
from apps.checkout.services.closing import close_cart
from apps.checkout.services.quoting import details_of, make_quote, present_cart, read_variants
from apps.inventory import api as inventory
from apps.kernel.ids import uuid7
from apps.kernel.money import Money
from apps.messaging import api as messaging
from apps.orders import api as orders
from apps.pricing import api as pricing
from apps.web.languages import active_language

Encode = Callable[[orders.Order, str], messaging.StoredAnswer]


def place_order(
    *, owner: CartOwner, expected_total: Money | None, scope: messaging.IdempotencyScope, encode: Encode
) -> PlacedOrder:
    opened = open_cart(owner=owner)
    variants = read_variants(opened)
    _require_cart_to_place(owner, opened)
    # Stock is not looked at here: reserving says exactly, and takes, in one.
    cart = present_cart(opened, variants=variants, check_stock=False)
    quote = make_quote(cart, details=details_of(opened.row), variants=variants)
    _require_complete(quote)
    if expected_total is not None and expected_total != quote.totals.total:
        live = present_cart(opened, variants=variants)
        quote = make_quote(live, details=details_of(opened.row), variants=variants)
        raise QuoteChanged(expected=expected_total, quote=quote)
    return _reserve_and_place(owner=owner, opened=opened, quote=quote, variants=variants, scope=scope, encode=encode)


def _require_cart_to_place(owner: CartOwner, opened: OpenCart) -> None:
    """Refuse an empty cart; where its owner has just placed one (a second tab), say which order it became."""
    if opened.lines:
        return
    placed = selectors.find_last_placed_cart(customer_id=owner.customer_id, holder_id=holder_of(owner))
    if placed and (order_id := orders.find_order_by_cart(cart_id=placed)):
        raise orders.AlreadyPlaced(order_id)


def _require_complete(quote: Quote) -> None:
    gone = [item for item in quote.cart.items if item.available < item.quantity]
    if gone:
        raise inventory.InsufficientStock(
            [inventory.Shortage(variant_id=item.variant_id, requested=item.quantity, available=0) for item in gone]
        )
    if quote.missing:
        raise CheckoutIncomplete(quote.missing)


def _reserve_and_place(
    *,
    owner: CartOwner,
    opened: OpenCart,
    quote: Quote,
    variants: Mapping[UUID, SellableVariant],
    scope: messaging.IdempotencyScope,
    encode: Encode,
) -> PlacedOrder:
    reservation = _reserve(quote, scope)
    answers: list[messaging.StoredAnswer] = []

    def keep(order: orders.Order, token: str) -> messaging.StoredAnswer:
        answers.append(encode(order, token))
        return answers[-1]

    draft = _draft(owner, quote, variants, reservation)
    try:
        order, token = orders.place_order(draft=draft, order_id=uuid7(), scope=scope, encode=keep)
    except orders.AlreadyPlaced:
        if stored := messaging.find_answer(scope, app="orders"):
            return PlacedOrder(answer=stored, replayed=True)
        inventory.release_reservation(reference=reservation)
        raise
    ordered = {item.variant_id: item.quantity for item in quote.cart.items}
    close_cart(cart_id=opened.row.pk, version=opened.row.version, ordered=ordered)
    return PlacedOrder(answer=answers[-1], replayed=False, order=order, order_token=token)


def _reserve(quote: Quote, scope: messaging.IdempotencyScope) -> str:
    """Hold the stock under the request's own reference; a repeat after a crash finds what it held.

    Where the cart changed since, or what was held is gone, the stock is held under a new reference instead.
    """
    lines = [inventory.StockLine(variant_id=item.variant_id, quantity=item.quantity) for item in quote.cart.items]
    seconds = orders.first_payment_seconds()
    try:
        inventory.reserve_stock(reference=scope.reference, lines=lines, expires_in_seconds=seconds)
    except (inventory.ReservationMismatch, inventory.ReservationLost):
        inventory.release_reservation(reference=scope.reference)
        reference = f"{scope.reference}:{uuid7()}"
        inventory.reserve_stock(reference=reference, lines=lines, expires_in_seconds=seconds)
        return reference
    return scope.reference


def _draft(
    owner: CartOwner, quote: Quote, variants: Mapping[UUID, SellableVariant], reservation: str
) -> orders.OrderDraft:
    totals = quote.totals
    if quote.shipping_address is None or quote.billing_address is None or quote.shipping_method_id is None:
        raise CheckoutIncomplete(quote.missing)
    priced = {line.key: line for line in totals.lines}
    return orders.OrderDraft(
        cart_id=quote.cart.id,
        customer_id=owner.customer_id,
        email=quote.email,
        lines=tuple(_line(item, priced[item.id], variants[item.variant_id]) for item in quote.cart.items),
        shipping_address=quote.shipping_address,
        billing_address=quote.billing_address,
        shipping_method_id=quote.shipping_method_id,
        shipping_method_name=quote.shipping_method_name,
        subtotal=totals.subtotal,
        discount=totals.discount,
        shipping=totals.shipping,
        tax=totals.tax,
        total=totals.total,
        prices_include_tax=totals.prices_include_tax,
        reservation=reservation,
        language=active_language(),
    )


def _line(item: CartItem, priced: pricing.PricedLine, variant: SellableVariant) -> orders.DraftLine:
    return orders.DraftLine(
        variant_id=item.variant_id,
        product_id=item.product_id,
        sku=item.sku,
        title=variant.title,
        options=variant.options,
        sold_title=item.title,
        sold_options=item.options,
        quantity=item.quantity,
        unit_price=priced.unit_price,
        line_total=priced.line_total,
        discount=priced.discount,
        tax=priced.tax,
        tax_rate=priced.tax_rate,
        requires_shipping=variant.requires_shipping,
        image_url=variant.image.url if variant.image else "",
    )
