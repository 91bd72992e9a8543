"""Values that cross the boundary of checkout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from apps.kernel.address import Address
from apps.kernel.money import Money, add_up
from apps.messaging.contracts import StoredAnswer
from apps.orders.contracts import Order
from apps.pricing.contracts import Totals


@dataclass(frozen=True, slots=True, kw_only=True)
class CartOwner:
    """Who holds a cart: a customer, a guest's token, or both at the moment they sign in (then the carts merge).

    `currency` (ISO 4217, the shop's where blank) is what they see prices in: that of their cart until it has lines.
    """

    customer_id: UUID | None = None
    token: str = ""
    currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CartItem:
    """A line of a cart at today's price. `available` is how many could be bought now; `price_was` is set when it changed.

    `compare_at_price` is what one cost before the sale, only where that is more.
    `title` and `options` read as the shopper reads them, in the active language.
    """

    id: UUID
    variant_id: UUID
    product_id: UUID
    product_slug: str
    sku: str
    title: str
    options: Mapping[str, str]
    image: Mapping[str, object] | None
    unit_price: Money
    price_was: Money | None
    compare_at_price: Money | None
    quantity: int
    line_total: Money
    available: int

    @property
    def saved(self) -> Money | None:
        """Return what the whole line costs less than before the sale; None where there is none."""
        return (self.compare_at_price - self.unit_price) * self.quantity if self.compare_at_price else None


@dataclass(frozen=True, slots=True, kw_only=True)
class CartNote:
    """Something the shopper should know of the cart, told until its lines change next.

    Two carts became one in `currency`. `code` "not_sold_in_currency": so many of this variant were left out, since it has no price there
    (told on after the cart's currency changed); "priced_in_currency": so many have the price they have there now.
    """

    code: str
    currency: str
    title: str
    sku: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cart:
    """A cart; `version` rises with every change of its lines. `token` is set for guests only."""

    id: UUID
    version: int
    token: str
    currency: str
    items: tuple[CartItem, ...]
    subtotal: Money
    item_count: int
    expires_at: datetime
    notes: tuple[CartNote, ...]

    @property
    def saved(self) -> Money:
        """Return what all lines cost less than before the sale; zero where nothing is reduced."""
        return add_up([item.saved for item in self.items if item.saved], currency=self.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What the checkout would cost now. `missing` names what stands between it and an order; `ready` when nothing does."""

    cart: Cart
    email: str
    shipping_address: Address | None
    billing_address: Address | None
    shipping_method_id: UUID | None
    shipping_method_name: str
    totals: Totals
    ready: bool
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutChanges:
    """What a shopper filled in; None leaves a field as it is. The billing address is the shipping address until one is given."""

    email: str | None = None
    shipping_address: Address | None = None
    billing_address: Address | None = None
    shipping_method_id: UUID | None = None
    promo_codes: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedOrder:
    """The outcome of placing: `answer` is what the request gets. `order` and `order_token` are empty for a replayed answer."""

    answer: StoredAnswer
    replayed: bool
    order: Order | None = None
    order_token: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOfCarts:
    """How many carts were begun on one day of the shop's time zone, and how many of them are orders by now."""

    day: date
    begun: int
    ordered: int
