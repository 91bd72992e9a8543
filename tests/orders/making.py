"""Orders for tests, made through published interfaces: stock, reservation, draft, order."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

from apps.inventory import api as inventory
from apps.kernel.address import Address
from apps.kernel.ids import uuid7
from apps.kernel.money import Money, add_up
from apps.messaging import api as messaging
from apps.orders import api as orders

ADDRESS = Address(
    first_name="Ada", last_name="Löwe", line1="Invalidenstraße 117", city="Berlin", postal_code="10115", country="DE"
)
STAFF = orders.Viewer(is_staff=True, actor="staff:test")
PRICE, SHIPPING = Money(Decimal("20.00"), "EUR"), Money(Decimal("4.90"), "EUR")


def stock(on_hand: int = 10) -> UUID:
    """Return a new variant with `on_hand` units."""
    variant_id = uuid7()
    inventory.set_on_hand(variant_id=variant_id, on_hand=on_hand, reason="test")
    return variant_id


def line(variant_id: UUID, quantity: int, price: Money = PRICE, product_id: UUID | None = None) -> orders.DraftLine:
    zero = Money.zero(price.currency)
    return orders.DraftLine(
        variant_id=variant_id,
        product_id=product_id or uuid7(),
        sku=f"SKU-{str(variant_id)[-6:]}",
        title="Rain jacket",
        options={"Material": "Wool", "Size": "M"},
        quantity=quantity,
        unit_price=price,
        line_total=price * quantity,
        discount=zero,
        tax=(price * quantity) * Decimal("0.159664"),
        tax_rate=Decimal("0.19"),
        requires_shipping=True,
        image_url="",
    )


def draft(
    quantities: Mapping[UUID, int],
    *,
    customer_id: UUID | None = None,
    cart_id: UUID | None = None,
    reservation: str = "",
    price: Money = PRICE,
    shipping: Money = SHIPPING,
    email: str = "ada@example.com",
    product_id: UUID | None = None,
    shipping_address: Address = ADDRESS,
    billing_address: Address = ADDRESS,
) -> orders.OrderDraft:
    lines = tuple(line(variant_id, quantity, price, product_id) for variant_id, quantity in quantities.items())
    subtotal = add_up([found.line_total for found in lines], currency=price.currency)
    return orders.OrderDraft(
        cart_id=cart_id or uuid7(),
        customer_id=customer_id,
        email=email,
        lines=lines,
        shipping_address=shipping_address,
        billing_address=billing_address,
        shipping_method_id=uuid7(),
        shipping_method_name="Parcel",
        subtotal=subtotal,
        discount=Money.zero(price.currency),
        shipping=shipping,
        tax=add_up([found.tax for found in lines], currency=price.currency),
        total=subtotal + shipping,
        prices_include_tax=True,
        reservation=reservation or f"test:{uuid7()}",
    )


def answer(order: orders.Order, token: str) -> messaging.StoredAnswer:
    return messaging.StoredAnswer(status=201, body={"id": str(order.id), "order_token": token})


def place(quantities: Mapping[UUID, int] | None = None, **options: object) -> tuple[orders.Order, str]:
    """Reserve and place an order; return it and its token. Two units of a variant of which ten are there, by default."""
    made = draft(quantities or {stock(): 2}, **options)
    lines = [inventory.StockLine(variant_id=found.variant_id, quantity=found.quantity) for found in made.lines]
    inventory.reserve_stock(reference=made.reservation, lines=lines, expires_in_seconds=3600)
    return orders.place_order(draft=made, order_id=uuid7(), scope=None, encode=answer)


def look(order: orders.Order) -> orders.Order:
    return orders.get_order(order_id=order.id, viewer=STAFF)


def statuses(order: orders.Order) -> tuple[str, str, str]:
    found = look(order)
    return found.status.value, found.payment_status.value, found.fulfilment_status.value


def held(order: orders.Order) -> list[tuple[int, int]]:
    """Return (on_hand, reserved) of each of the order's variants."""
    levels = inventory.get_stock_levels(variant_ids=[found.variant_id for found in order.lines])
    return [(level.on_hand, level.reserved) for found in order.lines for level in levels[found.variant_id]]
