"""Published interface of shipping: how a cart may be delivered, and for how much."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from apps.kernel.countries import check_country
from apps.kernel.errors import Invalid
from apps.kernel.money import Money
from apps.shipping import selectors
from apps.shipping.contracts import FreeDelivery, ShippingOption
from apps.shipping.errors import ShippingMethodUnavailable

__all__ = [
    "FreeDelivery",
    "ShippingMethodUnavailable",
    "ShippingOption",
    "get_free_delivery",
    "get_shipping_option",
    "list_delivery_currencies",
    "list_shipping_options",
]


def list_shipping_options(
    *, country: str, region: str, currency: str, subtotal: Money, weight_grams: int
) -> tuple[ShippingOption, ...]:
    """Return the methods that deliver a cart to a destination, each with its price, in the order staff gave them. One query.

    `country` is ISO 3166-1 alpha-2, `region` a state or province as written; the zone that names the region decides, else the one that
    names the country, else the rest of the world. `subtotal` (after discounts, in `currency`) and `weight_grams` are the whole cart's.
    A method without a rate in `currency`, or without one for the weight, is not offered; none at all is an empty tuple.

    Raises Invalid: `unknown_country`, `unknown_currency`, `currency_mismatch`, `negative_amount`, `out_of_range` (a weight below 0).
    """
    _check(country=country, currency=currency, subtotal=subtotal)
    if weight_grams < 0:
        raise Invalid.field("weight_grams", "out_of_range", f"{weight_grams} is below nothing; use 0 or more grams.")
    return selectors.find_options(country=country, region=region, subtotal=subtotal, weight_grams=weight_grams)


def get_shipping_option(
    *, method_id: UUID, country: str, region: str, currency: str, subtotal: Money, weight_grams: int
) -> ShippingOption:
    """Return one method of `list_shipping_options` with the price it has now.

    Raises ShippingMethodUnavailable where it is not among them (any more), and what `list_shipping_options` raises.
    """
    offered = list_shipping_options(
        country=country, region=region, currency=currency, subtotal=subtotal, weight_grams=weight_grams
    )
    for option in offered:
        if option.id == method_id:
            return option
    raise ShippingMethodUnavailable(
        _("Nothing called %(method)s delivers this cart to %(country)s; choose another method.")
        % {"method": method_id, "country": country}
    )


def get_free_delivery(*, country: str, region: str, currency: str, subtotal: Money) -> FreeDelivery | None:
    """Return the lowest subtotal from which a method delivers to a destination for nothing, and what a cart lacks. One query.

    Arguments are those of `list_shipping_options`. None where no method there is free above a threshold in `currency`, or one is free
    without. Raises Invalid: `unknown_country`, `unknown_currency`, `currency_mismatch`, `negative_amount`.
    """
    _check(country=country, currency=currency, subtotal=subtotal)
    threshold = selectors.find_free_from(country=country, region=region, currency=currency)
    if threshold is None:
        return None
    remaining = threshold - subtotal if subtotal < threshold else Money.zero(currency)
    return FreeDelivery(country=country, threshold=threshold, remaining=remaining)


def list_delivery_currencies() -> frozenset[str]:
    """Return the currencies (ISO 4217) that some method delivers in, anywhere. One query; empty where the shop delivers nothing at all."""
    return selectors.list_currencies()


def _check(*, country: str, currency: str, subtotal: Money) -> None:
    check_country(country)
    if subtotal.currency != Money.zero(currency).currency:
        raise Invalid.field("subtotal", "currency_mismatch", f"{subtotal} is not in {currency}.")
    if subtotal < Money.zero(currency):
        raise Invalid.field("subtotal", "negative_amount", f"{subtotal} is below nothing; use 0 or more.")
