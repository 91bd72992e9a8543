"""What the cart and the checkout would cost now: one read of each app, put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from apps.catalog import api as catalog
from apps.catalog.contracts import SellableVariant
from apps.checkout.contracts import Cart, CartItem, CartNote, Quote
from apps.checkout.models import Cart as CartRow
from apps.checkout.selectors import Line
from apps.checkout.services.carts import OpenCart
from apps.inventory import api as inventory
from apps.kernel import codec
from apps.kernel.address import Address
from apps.kernel.money import Money, add_up
from apps.pricing import api as pricing
from apps.shipping import api as shipping
from apps.web.languages import active_language


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What the shopper has filled in."""

    email: str
    shipping_address: Address | None
    billing_address: Address | None
    shipping_method_id: UUID | None


def details_of(row: CartRow) -> Details:
    """Return what a cart's row holds of the shopper."""
    return Details(
        email=row.email,
        shipping_address=read_address(row.shipping_address),
        billing_address=read_address(row.billing_address),
        shipping_method_id=row.shipping_method_id,
    )


def read_address(stored: Mapping[str, str] | None) -> Address | None:
    """Return a stored address as a value."""
    return codec.decode(Address, stored) if stored else None


def read_variants(opened: OpenCart) -> dict[UUID, SellableVariant]:
    """Return what the catalogue says of the cart's variants today, in the active language; one statement, none for an empty cart."""
    if not opened.lines:
        return {}
    ids = [line.variant_id for line in opened.lines]
    return catalog.get_variants(ids=ids, currency=opened.row.currency, language=active_language())


def present_cart(opened: OpenCart, *, variants: Mapping[UUID, SellableVariant], check_stock: bool = True) -> Cart:
    """Return the cart at today's prices, with what could be bought of each line (without, where stock is taken next)."""
    availability = _availability(opened) if check_stock else None
    items = tuple(_item(opened, line, variants.get(line.variant_id), availability) for line in opened.lines)
    return Cart(
        id=opened.row.pk,
        version=opened.row.version,
        token=opened.token,
        currency=opened.row.currency,
        items=items,
        subtotal=add_up([item.line_total for item in items], currency=opened.row.currency),
        item_count=sum(item.quantity for item in items),
        expires_at=opened.row.expires_at,
        notes=tuple(CartNote(**note) for note in opened.row.notes or ()),
    )


def _availability(opened: OpenCart) -> dict[UUID, int]:
    if not opened.lines:
        return {}
    found = inventory.get_availability(variant_ids=[line.variant_id for line in opened.lines])
    return {variant_id: availability.available for variant_id, availability in found.items()}


def _item(
    opened: OpenCart, line: Line, variant: SellableVariant | None, availability: Mapping[UUID, int] | None
) -> CartItem:
    price = _price(opened, line, variant)
    sellable = variant is not None and variant.available_for_sale and variant.price is not None
    in_stock = line.quantity if availability is None else availability.get(line.variant_id, 0)
    return CartItem(
        id=line.id,
        variant_id=line.variant_id,
        product_id=variant.product_id if variant else UUID(line.snapshot["product_id"]),
        product_slug=variant.product_slug if variant else line.snapshot["product_slug"],
        sku=variant.sku if variant else line.snapshot["sku"],
        title=variant.shown_title if variant else line.snapshot["title"],
        options=variant.shown_options if variant else line.snapshot["options"],
        image=codec.encode(variant.image) if variant else None,
        unit_price=price,
        price_was=line.price_seen if _changed(line.price_seen, price) else None,
        compare_at_price=variant.compare_at_price if variant else None,
        quantity=line.quantity,
        line_total=price * line.quantity,
        available=in_stock if sellable else 0,
    )


def _price(opened: OpenCart, line: Line, variant: SellableVariant | None) -> Money:
    """Return today's price; the last one seen for what is no longer sold (it cannot be ordered, its stock shows as 0)."""
    if variant is not None and variant.price is not None:
        return variant.price
    seen = line.price_seen
    return seen if seen and seen.currency == opened.row.currency else Money.zero(opened.row.currency)


def _changed(seen: Money | None, price: Money) -> bool:
    return seen is not None and seen.currency == price.currency and seen != price


def make_quote(
    cart: Cart,
    *,
    details: Details,
    variants: Mapping[UUID, SellableVariant],
    promo_codes: Sequence[str] = (),
) -> Quote:
    """Return what the checkout costs, and what is missing. Raises Invalid for promo codes."""
    option = chosen_option(cart, details, variants)
    address = details.shipping_address
    totals = pricing.price_lines(
        lines=[_pricing_line(item, variants) for item in cart.items],
        shipping=option.price if option else None,
        country=address.country if address else None,
        region=address.region if address else "",
        currency=cart.currency,
        promo_codes=promo_codes,
    )
    missing = _missing(cart, details, option)
    return Quote(
        cart=cart,
        email=details.email,
        shipping_address=address,
        billing_address=details.billing_address or address,
        shipping_method_id=option.id if option else None,
        shipping_method_name=option.name if option else "",
        totals=totals,
        ready=not missing,
        missing=missing,
    )


def _pricing_line(item: CartItem, variants: Mapping[UUID, SellableVariant]) -> pricing.PricingLine:
    variant = variants.get(item.variant_id)
    return pricing.PricingLine(
        key=item.id,
        unit_price=item.unit_price,
        quantity=item.quantity,
        tax_class=variant.tax_class if variant else "standard",
    )


def chosen_option(
    cart: Cart, details: Details, variants: Mapping[UUID, SellableVariant]
) -> shipping.ShippingOption | None:
    """Return the chosen delivery method with its price now; None where none is chosen, or it is not offered (any more)."""
    if details.shipping_address is None or details.shipping_method_id is None:
        return None
    try:
        return shipping.get_shipping_option(
            method_id=details.shipping_method_id,
            country=details.shipping_address.country,
            region=details.shipping_address.region,
            currency=cart.currency,
            subtotal=cart.subtotal,
            weight_grams=weigh(cart, variants),
        )
    except shipping.ShippingMethodUnavailable:
        return None


def weigh(cart: Cart, variants: Mapping[UUID, SellableVariant]) -> int:
    """Return the weight of the cart in grams."""
    weights = ((item.quantity, variants.get(item.variant_id)) for item in cart.items)
    return sum(
        quantity * variant.weight_grams for quantity, variant in weights if variant and variant.requires_shipping
    )


def _missing(cart: Cart, details: Details, option: shipping.ShippingOption | None) -> tuple[str, ...]:
    there = {
        "items": bool(cart.items),
        "stock": all(item.quantity <= item.available for item in cart.items),
        "email": bool(details.email),
        "shipping_address": details.shipping_address is not None,
        "shipping_method": option is not None,
    }
    return tuple(name for name, is_there in there.items() if not is_there)
