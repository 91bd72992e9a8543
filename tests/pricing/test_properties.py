"""Carts add up, whatever is in them, in every currency and zone."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.kernel.ids import uuid7
from apps.kernel.money import CURRENCY_DECIMALS, Money
from apps.pricing.contracts import PricingLine
from apps.pricing.selectors import Taxes
from apps.pricing.services import price, tax_of

CLASSES = ("standard", "reduced", "zero")
_rates = st.decimals(min_value=0, max_value=1, places=6)
_taxes = st.builds(
    Taxes,
    tax_name=st.just("VAT"),
    prices_include_tax=st.booleans(),
    rates=st.dictionaries(st.sampled_from(CLASSES), _rates, max_size=3),
)


@st.composite
def carts(draw):
    currency = draw(st.sampled_from(sorted(CURRENCY_DECIMALS)))
    amounts = st.integers(0, 10**9).map(lambda minor: Money.from_minor(minor, currency))
    lines = st.builds(
        PricingLine,
        key=st.builds(uuid7),
        unit_price=amounts,
        quantity=st.integers(1, 1000),
        tax_class=st.sampled_from(CLASSES),
    )
    return {
        "lines": draw(st.lists(lines, max_size=8)),
        "shipping": draw(st.none() | amounts),
        "currency": currency,
        "taxes": draw(_taxes),
    }


@given(cart=carts())
def test_the_total_is_the_sum_of_what_is_shown(cart):
    totals = price(**cart)

    assert totals.subtotal.minor == sum(line.line_total.minor for line in totals.lines)
    assert totals.tax.minor == sum(line.tax.minor for line in totals.lines) + totals.shipping_tax.minor
    net = totals.subtotal.minor - totals.discount.minor + totals.shipping.minor
    assert totals.total.minor == net + (0 if totals.prices_include_tax else totals.tax.minor)


@given(cart=carts())
def test_every_line_is_its_price_times_its_quantity_in_the_order_given(cart):
    totals = price(**cart)

    assert [line.key for line in totals.lines] == [line.key for line in cart["lines"]]
    for given_, priced in zip(cart["lines"], totals.lines, strict=True):
        assert priced.line_total.minor == given_.unit_price.minor * given_.quantity
        assert priced.tax_rate == cart["taxes"].rate(given_.tax_class)


@given(cart=carts())
def test_the_tax_of_a_line_is_exact_but_for_one_rounding(cart):
    for line in price(**cart).lines:
        rate = Fraction(line.tax_rate)
        exact = line.line_total.minor * (rate / (1 + rate) if cart["taxes"].prices_include_tax else rate)
        assert abs(line.tax.minor - exact) <= Fraction(1, 2)
        assert 0 <= line.tax.minor <= line.line_total.minor


@given(cart=carts())
def test_the_tax_of_shipping_lies_between_the_lowest_and_the_highest_rate(cart):
    totals = price(**cart)
    rates = {Fraction(line.tax_rate) for line in totals.lines} or {Fraction(cart["taxes"].rate("standard"))}

    shares = [rate / (1 + rate) if totals.prices_include_tax else rate for rate in rates]
    slack = len(rates)  # one rounding per rate
    assert min(shares) * totals.shipping.minor - slack <= totals.shipping_tax.minor
    assert totals.shipping_tax.minor <= max(shares) * totals.shipping.minor + slack


@given(minor=st.integers(0, 10**14), rate=_rates, currency=st.sampled_from(["EUR", "JPY", "KWD"]))
def test_included_tax_taken_off_and_put_on_again_gives_the_price_back(minor, rate, currency):
    gross = Money.from_minor(minor, currency)

    net = gross - tax_of(gross, rate=rate, included=True)

    assert abs((net + tax_of(net, rate=rate, included=False)).minor - gross.minor) <= 1


@given(
    minor=st.integers(0, 10**17 - 1), percent=st.decimals(min_value=0, max_value=100, places=4), included=st.booleans()
)
def test_rounding_is_half_up_of_the_exact_tax(minor, percent, included):
    rate = percent / 100
    exact = Fraction(minor) * (Fraction(rate) / (1 + Fraction(rate)) if included else Fraction(rate))

    found = tax_of(Money.from_minor(minor, "EUR"), rate=rate, included=included).minor

    doubled = 2 * exact
    assert found == (doubled.numerator // doubled.denominator + 1) // 2


@pytest.mark.parametrize(("currency", "tax"), [("JPY", "16"), ("EUR", "15.96"), ("KWD", "15.963"), ("CLF", "15.9632")])
def test_tax_has_the_decimals_of_the_currency(currency, tax):
    amount = Money(Decimal("99.98"), currency)

    assert str(tax_of(amount, rate=Decimal("0.19"), included=True)) == f"{tax} {currency}"
