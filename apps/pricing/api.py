"""Published interface of pricing: what a cart costs at a destination."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings

from apps.kernel.countries import check_country
from apps.kernel.errors import FieldError, Invalid
from apps.kernel.money import Money
from apps.pricing import selectors, services
from apps.pricing.contracts import PricedLine, PricingLine, Totals

__all__ = ["PricedLine", "PricingLine", "Totals", "price_lines"]


def price_lines(
    *,
    lines: Sequence[PricingLine],
    shipping: Money | None,
    country: str | None,
    region: str,
    currency: str,
    promo_codes: Sequence[str] = (),
) -> Totals:
    """Return what `lines` cost when they go to a destination; amounts in major units of `currency`. One query.

    `shipping` is the price of the chosen method, None while none is chosen. `country` is ISO 3166-1 alpha-2, None for the shop's own;
    `region` a state or province as written. Lines come back in the order given; there may be none.

    The listed price stays what it is wherever the goods go. In a zone whose prices include tax, the tax in it is worked out at that zone's
    rate (nothing at 0 %); elsewhere tax is added on top. `tax` holds the tax of all lines and of shipping, each line's rounded half up, so
    `total = subtotal - discount + shipping`, plus `tax` unless `prices_include_tax`, to the cent. `tax_rate` is a fraction: 0.19.

    Raises Invalid: `promo_code_unknown` on `promo_codes` (every code, for now), `unknown_country`, `unknown_currency`, `currency_mismatch`,
    `out_of_range` (a quantity below 1 or above a billion), `negative_amount`, `amount_too_large` (past fifteen digits).
    """
    if promo_codes:
        raise Invalid(
            fields=[
                FieldError("promo_codes", "promo_code_unknown", f"{code!r} is not a code of this shop; leave it out.")
                for code in promo_codes
            ]
        )
    destination = settings.DEFAULT_COUNTRY if country is None else check_country(country)
    taxes = selectors.find_taxes(country=destination, region=region)
    return services.price(lines=lines, shipping=shipping, currency=currency, taxes=taxes)
