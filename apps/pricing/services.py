"""The arithmetic of a cart: pure, exact to the smallest unit of the currency, in one place.

Rounding: tax is rounded half up per line, and for shipping per rate; totals are sums of rounded amounts and never rounded again, so what a
shopper adds up by hand is what they pay.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from apps.kernel.errors import Invalid
from apps.kernel.money import Money, add_up
from apps.pricing.contracts import PricedLine, PricingLine, Totals
from apps.pricing.models import STANDARD
from apps.pricing.selectors import Taxes

MAX_QUANTITY = 1_000_000_000


def price(*, lines: Sequence[PricingLine], shipping: Money | None, currency: str, taxes: Taxes) -> Totals:
    nothing = Money.zero(currency)
    shipping = nothing if shipping is None else shipping
    _check_amount("shipping", shipping, currency=currency)
    try:
        priced = [_price_line(number, line, currency=currency, taxes=taxes) for number, line in enumerate(lines)]
        subtotal = add_up([line.line_total for line in priced], currency=currency)
        discount = add_up([line.discount for line in priced], currency=currency)
        shipping_tax = _shipping_tax(shipping, priced, taxes=taxes)
        tax = add_up([line.tax for line in priced], currency=currency) + shipping_tax
        net = subtotal - discount + shipping
        total = net if taxes.prices_include_tax else net + tax
    except Invalid as error:
        if any(fault.code == "invalid_amount" for fault in error.fields):
            raise Invalid.field(
                "lines", "amount_too_large", _("The sum is too large to charge; use less of it.")
            ) from error
        raise
    return Totals(
        lines=tuple(priced),
        subtotal=subtotal,
        discount=discount,
        shipping=shipping,
        shipping_tax=shipping_tax,
        tax=tax,
        total=total,
        prices_include_tax=taxes.prices_include_tax,
        tax_name=taxes.tax_name,
    )


def tax_of(amount: Money, *, rate: Decimal, included: bool) -> Money:
    """Return the tax in `amount` (included) or on top of it, rounded half up to the currency's smallest unit."""
    # Divided once and last: the product is exact, so a tie is seen as one.
    tax = amount.amount * rate / (1 + rate) if included else amount.amount * rate
    return Money(tax, amount.currency)


def _price_line(number: int, line: PricingLine, *, currency: str, taxes: Taxes) -> PricedLine:
    if not 1 <= line.quantity <= MAX_QUANTITY:
        raise Invalid.field(
            f"lines.{number}.quantity", "out_of_range", f"{line.quantity} is not possible; use 1 to {MAX_QUANTITY}."
        )
    _check_amount(f"lines.{number}.unit_price", line.unit_price, currency=currency)
    rate = taxes.rate(line.tax_class)
    line_total = line.unit_price * line.quantity
    return PricedLine(
        key=line.key,
        unit_price=line.unit_price,
        quantity=line.quantity,
        line_total=line_total,
        discount=Money.zero(currency),
        tax=tax_of(line_total, rate=rate, included=taxes.prices_include_tax),
        tax_rate=rate,
    )


def _shipping_tax(shipping: Money, lines: Sequence[PricedLine], *, taxes: Taxes) -> Money:
    """Shipping is taxed as the goods it brings: split over their rates by value, then taxed part by part.

    Source: a supply ancillary to others shares their tax treatment, CJEU C-349/96 (Card Protection Plan), point 30.
    """
    values: dict[Decimal, Decimal] = {}
    for line in lines:
        values[line.tax_rate] = values.get(line.tax_rate, Decimal(0)) + line.line_total.amount
    if not values:
        values = {taxes.rate(STANDARD): Decimal(1)}
    parts = shipping.allocate(list(values.values()))
    return add_up(_taxes_of(zip(parts, values, strict=True), taxes=taxes), currency=shipping.currency)


def _taxes_of(parts: Iterable[tuple[Money, Decimal]], *, taxes: Taxes) -> list[Money]:
    return [tax_of(part, rate=rate, included=taxes.prices_include_tax) for part, rate in parts]


def _check_amount(field: str, amount: Money, *, currency: str) -> None:
    if amount.currency != currency:
        raise Invalid.field(field, "currency_mismatch", f"{amount} is not in {currency}; use one currency throughout.")
    if amount < Money.zero(currency):
        raise Invalid.field(field, "negative_amount", f"{amount} is below nothing; use 0 or more.")
