"""Money: exact, in the currency's own decimals, and parts that add up."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.kernel.errors import Invalid
from apps.kernel.money import CURRENCY_DECIMALS, Money, add_up

currencies = st.sampled_from(["EUR", "JPY", "KWD", "CLF", "USD"])
amounts = st.decimals(min_value=-(10**12), max_value=10**12, places=4, allow_nan=False, allow_infinity=False)
weights = st.lists(st.integers(min_value=0, max_value=10**9), min_size=1, max_size=40)


@given(amounts, currencies, weights)
def test_allocated_parts_add_up_to_the_whole(amount, currency, shares):
    whole = Money(amount, currency)

    parts = whole.allocate(shares)

    assert add_up(parts, currency=currency) == whole
    assert len(parts) == len(shares)


@given(amounts, currencies, weights)
def test_no_part_is_more_than_one_minor_unit_from_its_exact_share(amount, currency, shares):
    whole = Money(amount, currency)
    total = sum(shares)

    parts = whole.allocate(shares)

    for part, share in zip(parts, shares, strict=True):
        exact = Decimal(whole.minor) * share / total if total else Decimal(whole.minor) / len(shares)
        assert abs(part.minor - exact) < 1


@given(amounts, currencies)
def test_amount_has_the_currencys_decimals_and_survives_minor_units(amount, currency):
    money = Money(amount, currency)

    assert -money.amount.as_tuple().exponent == CURRENCY_DECIMALS[currency]
    assert Money.from_minor(money.minor, currency) == money


@given(amounts, amounts, currencies)
def test_adding_and_taking_away_again_changes_nothing(first, second, currency):
    a, b = Money(first, currency), Money(second, currency)

    assert a + b - b == a


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("12.9", "EUR", "12.90 EUR"),
        ("1234.5", "JPY", "1235 JPY"),
        ("1.0005", "KWD", "1.001 KWD"),
        ("-0.00", "EUR", "0.00 EUR"),
    ],
)
def test_amount_is_rounded_half_up_to_the_currency(amount, currency, text):
    assert str(Money(Decimal(amount), currency)) == text


@pytest.mark.parametrize(
    ("amount", "currency"), [("1", "XXX"), ("1", "eur"), ("NaN", "EUR"), ("Infinity", "EUR"), ("1e15", "EUR")]
)
def test_nonsense_is_refused_by_name(amount, currency):
    with pytest.raises(Invalid) as caught:
        Money(Decimal(amount), currency)

    assert caught.value.fields[0].field in ("amount", "currency")


def test_two_currencies_do_not_mix():
    with pytest.raises(ValueError, match="cannot combine"):
        Money(Decimal(1), "EUR") + Money(Decimal(1), "USD")


@pytest.mark.parametrize("shares", [[], [1, -1]])
def test_allocation_needs_sensible_weights(shares):
    with pytest.raises(ValueError, match="weights"):
        Money(Decimal(1), "EUR").allocate(shares)
