"""Fields of bodies that several apps share."""

from decimal import Decimal

import pytest
from rest_framework import serializers

from apps.kernel.money import Money
from apps.web.fields import MoneyField, WholeNumberField


class Body(serializers.Serializer):
    price = MoneyField(required=False)
    quantity = WholeNumberField(required=False)


def faults(**body):
    serializer = Body(data=body)
    assert not serializer.is_valid()
    return serializer.errors


def test_money_comes_in_exactly():
    serializer = Body(data={"price": {"amount": "12.9", "currency": "EUR"}})

    assert serializer.is_valid()
    assert serializer.validated_data["price"] == Money(Decimal("12.90"), "EUR")


@pytest.mark.parametrize("price", [
    "12.90", 12.9, [], {"amount": 12.9, "currency": "EUR"}, {"amount": "12.90"}, {"amount": "12.905", "currency": "EUR"},
    {"amount": "1.5", "currency": "JPY"}, {"amount": "1e3", "currency": "EUR"}, {"amount": "NaN", "currency": "EUR"},
    {"amount": "1", "currency": "eur"}, {"amount": "1", "currency": "XXX"}, {"amount": "9" * 16, "currency": "EUR"},
    {"amount": "\u0661", "currency": "EUR"},
])  # fmt: skip
def test_what_is_no_money_is_refused_with_what_would_be_right(price):
    assert "amount" in str(faults(price=price)["price"])


@pytest.mark.parametrize("quantity", ["1", True, 1.0, 1.5, [1]])
def test_only_a_json_number_is_a_whole_number(quantity):
    assert faults(quantity=quantity)["quantity"][0].code == "invalid"
