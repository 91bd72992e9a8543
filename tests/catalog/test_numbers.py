"""Prices, quantities and weights as people and spreadsheets write them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.catalog.importing.numbers import NotANumber, parse_grams, parse_price, parse_whole


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("12.90", "EUR", "12.90"),
        ("12", "EUR", "12.00"),
        ("12.9000", "EUR", "12.90"),
        (".5", "EUR", "0.50"),
        ("12,90", "EUR", "12.90"),
        ("12,9", "EUR", "12.90"),
        ("1,299.00", "EUR", "1299.00"),
        ("1.299,00", "EUR", "1299.00"),
        ("1,299,000.50", "EUR", "1299000.50"),
        ("1.299.000", "EUR", "1299000.00"),
        ("1 299,00", "EUR", "1299.00"),
        ("1'299.00", "CHF", "1299.00"),
        ("€12.90", "EUR", "12.90"),
        ("12.90 EUR", "EUR", "12.90"),
        ("$12.90", "USD", "12.90"),
        ("0", "EUR", "0.00"),
        ("0,500", "EUR", "0.50"),
        ("1299", "JPY", "1299"),
        ("1,299", "JPY", "1299"),
        ("1299.00", "JPY", "1299"),
        ("12.345", "KWD", "12.345"),
    ],
)
def test_price_is_understood(text, currency, amount):
    price, _ = parse_price(text, currency=currency)

    assert (price.amount, price.currency) == (Decimal(amount), currency)


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("", "EUR"),
        ("free", "EUR"),
        ("-1", "EUR"),
        ("-1.299,00", "EUR"),
        ("1.299", "EUR"),
        ("1,299", "EUR"),
        ("12.905", "EUR"),
        ("1,299", "KWD"),
        ("12,34,56.00", "EUR"),
        ("1e5", "EUR"),
        ("NaN", "EUR"),
        ("Infinity", "EUR"),
        ("12.90.10", "EUR"),
        ("0x10", "EUR"),
        ("12.50", "JPY"),
        ("USD 12.90", "EUR"),
        ("$12.90", "EUR"),
        ("AB-12", "EUR"),
        ("9" * 13, "EUR"),
        ("9" * 30, "EUR"),
        ("9" * 5000, "EUR"),
        ("٣", "KWD"),
    ],
)
def test_price_that_is_none_or_could_mean_two_things_is_refused(text, currency):
    with pytest.raises(NotANumber):
        parse_price(text, currency=currency)


@given(st.decimals(min_value=0, max_value=10**9 - 1, places=2))
def test_plain_price_is_read_exactly_and_without_a_remark(amount):
    assert parse_price(str(amount), currency="EUR")[0].amount == amount
    assert not parse_price(str(amount), currency="EUR")[1]


@given(st.decimals(min_value=0, max_value=10**9 - 1, places=2))
def test_grouped_price_means_the_same_in_both_conventions(amount):
    english = f"{amount:,}"
    german = english.translate(str.maketrans(",.", ".,"))

    assert parse_price(english, currency="EUR")[0].amount == amount
    assert parse_price(german, currency="EUR")[0].amount == amount


@given(st.text(max_size=60))
def test_any_text_is_a_price_or_refused(text):
    try:
        price, _ = parse_price(text, currency="EUR")
    except NotANumber:
        return
    assert price.amount >= 0


@given(st.text(max_size=60))
def test_any_text_is_a_quantity_or_refused(text):
    for parse in (parse_whole, parse_grams):
        try:
            assert isinstance(parse(text), int)
        except NotANumber:
            continue
