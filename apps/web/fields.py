"""Fields of request and response bodies that several apps share."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, ClassVar, Final

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.kernel import codec
from apps.kernel.errors import Invalid
from apps.kernel.money import Money

_AMOUNT: Final = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,4})?")
_MONEY: Final = {
    "type": "object",
    "required": ["amount", "currency"],
    "properties": {
        "amount": {"type": "string", "pattern": f"^{_AMOUNT.pattern}$", "example": "12.90"},
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$", "example": "EUR"},
    },
}


@extend_schema_field(_MONEY)
class MoneyField(serializers.Field[Money, Any, Any, Any]):
    """`{"amount": "12.90", "currency": "EUR"}`; the amount is a decimal string with no more decimals than the currency has."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "invalid_money": 'must be like {{"amount": "12.90", "currency": "EUR"}}: {reason}'
    }

    def to_internal_value(self, data: Any) -> Money:
        """Return the money; a validation error says what does not fit."""
        if not isinstance(data, dict) or not all(isinstance(data.get(name), str) for name in ("amount", "currency")):
            self.fail("invalid_money", reason="amount and currency are strings")
        if not _AMOUNT.fullmatch(data["amount"]):
            self.fail("invalid_money", reason=f"{data['amount'][:50]!r} is not a decimal number")
        try:
            money = Money(Decimal(data["amount"]), data["currency"])
        except Invalid as error:
            self.fail("invalid_money", reason=error.detail or str(error))
        if money.amount != Decimal(data["amount"]):
            self.fail("invalid_money", reason=f"{money.currency} has fewer decimals than {data['amount']}")
        return money

    def to_representation(self, value: Money) -> Any:
        """Return the JSON form."""
        return codec.encode(value)


class ClosedSerializer(serializers.Serializer[Any]):
    """Members that are not known are refused: an optional one that bounds what happens would, misspelt, bound nothing."""

    default_error_messages: ClassVar[dict[str, Any]] = {"unknown": "This member is not known; use {known}."}

    def to_internal_value(self, data: Any) -> Any:
        """Return the members; a validation error names each that is not known."""
        if isinstance(data, dict) and (unknown := data.keys() - self.fields.keys()):
            message = self.error_messages["unknown"].format(known=", ".join(self.fields))
            raise serializers.ValidationError({name: [message] for name in sorted(unknown)}, code="unknown")
        return super().to_internal_value(data)


class AddressBody(serializers.Serializer[Any]):
    """Which fields a country needs, and how it spells them, is in /countries/{code}."""

    first_name = serializers.CharField(max_length=100)
    last_name = serializers.CharField(max_length=100)
    line1 = serializers.CharField(max_length=200)
    line2 = serializers.CharField(max_length=200, allow_blank=True, default="")
    city = serializers.CharField(max_length=100, allow_blank=True, default="")
    region = serializers.CharField(max_length=100, allow_blank=True, default="")
    postal_code = serializers.CharField(max_length=20, allow_blank=True, default="")
    country = serializers.CharField(help_text="ISO 3166-1 alpha-2, such as DE; all of them are in /countries.")
    phone = serializers.CharField(max_length=40, allow_blank=True, default="")


class WholeNumberField(serializers.IntegerField):
    """A JSON number without a fraction; a string or a boolean is refused."""

    def to_internal_value(self, data: Any) -> int:
        """Return the number."""
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return super().to_internal_value(data)


class ChoiceField(serializers.ChoiceField):
    """One of a few words; a refusal names them."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the word."""
        if not isinstance(data, str) or data not in self.choices:
            raise serializers.ValidationError(
                f"{str(data)[:50]!r} is not known; use one of {', '.join(map(str, self.choices))}.",
                code="invalid_choice",
            )
        return data


class YesNoField(serializers.BooleanField):
    """`true` or `false`; a refusal says so."""

    default_error_messages: ClassVar[dict[str, Any]] = {"invalid": "must be true or false"}
