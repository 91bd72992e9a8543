"""A shopper in tests: products with stock, a cart, a filled-in checkout, an order; all through published interfaces."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from apps.catalog import api as catalog
from apps.catalog.contracts import ProductInput, VariantInput
from apps.checkout import api as checkout
from apps.inventory import api as inventory
from apps.kernel.address import Address
from apps.kernel.ids import uuid7
from apps.kernel.money import Money
from apps.messaging import api as messaging
from apps.orders import api as orders
from tests.catalog.shop import make_simple

ADDRESS = Address(
    first_name="Ada", last_name="Löwe", line1="Invalidenstraße 117", city="Berlin", postal_code="10115", country="DE"
)


def euro(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


def make_variant(*, price: str = "20.00", stock: int = 10, currency: str = "EUR", **changes: object) -> UUID:
    """Return a variant that is for sale."""
    product = make_simple(f"Product {uuid7().hex[-12:]}", price=price, currency=currency, **changes)
    variant_id = product.variants[0].id
    inventory.set_on_hand(variant_id=variant_id, on_hand=stock, reason="test")
    return variant_id


def set_price(variant_id: UUID, price: str) -> None:
    sellable = catalog.get_variants(ids=[variant_id], currency="EUR")[variant_id]
    product = catalog.get_product(product_id=sellable.product_id)
    changed = ProductInput(
        title=product.title,
        slug=product.slug,
        status=product.status,
        variants=(VariantInput(id=variant_id, prices={"EUR": euro(price)}),),
    )
    catalog.update_product(product_id=product.id, product=changed)


def guest() -> checkout.CartOwner:
    return checkout.CartOwner(token=checkout.get_cart(owner=checkout.CartOwner()).token)


def fill_in(owner: checkout.CartOwner, *, email: str = "ada@example.com", method: int = 0) -> checkout.Quote:
    checkout.update_checkout(owner=owner, changes=checkout.CheckoutChanges(email=email, shipping_address=ADDRESS))
    chosen = checkout.list_shipping_options(owner=owner)[method]
    return checkout.update_checkout(owner=owner, changes=checkout.CheckoutChanges(shipping_method_id=chosen.id))


def ready(*variants: UUID, owner: checkout.CartOwner | None = None, quantity: int = 1) -> checkout.CartOwner:
    """Return the owner of a cart that can be placed."""
    owner = owner or guest()
    for variant_id in variants or (make_variant(),):
        checkout.add_item(owner=owner, variant_id=variant_id, quantity=quantity)
    fill_in(owner)
    return owner


def scope(owner: checkout.CartOwner, key: str = "key-1") -> messaging.IdempotencyScope:
    return messaging.IdempotencyScope(
        caller=checkout.caller_of_cart(owner=owner), route="POST /api/v1/orders", key=key, fingerprint="f" * 64
    )


def encode(order: orders.Order, token: str) -> messaging.StoredAnswer:
    return messaging.StoredAnswer(status=201, body={"id": str(order.id), "order_token": token})


def place(owner: checkout.CartOwner, *, key: str = "key-1", expected: Money | None = None) -> checkout.PlacedOrder:
    """Place as a request does: in its turn, and not again where there is an answer."""
    named = scope(owner, key)
    with messaging.exclusive(named, app="orders", of_caller=True) as stored:
        if stored:
            return checkout.PlacedOrder(answer=stored, replayed=True)
        return checkout.place_order(owner=owner, expected_total=expected, scope=named, encode=encode)


def contents(owner: checkout.CartOwner) -> dict[UUID, int]:
    return {item.variant_id: item.quantity for item in checkout.get_cart(owner=owner).items}


def stock_of(variant_id: UUID) -> tuple[int, int]:
    """Return (on_hand, reserved)."""
    (level,) = inventory.get_stock_levels(variant_ids=[variant_id])[variant_id]
    return level.on_hand, level.reserved


def signed_in(owner: checkout.CartOwner, customer_id: UUID) -> checkout.CartOwner:
    return replace(owner, customer_id=customer_id)
