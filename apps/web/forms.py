"""What Django's own fields of HTML forms let through."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from django.core.exceptions import ValidationError
from django.forms.fields import InvalidJSONInput

from apps.kernel.errors import Invalid
from apps.kernel.money import Money, currency_decimals
from apps.web.json import loads


class JSONField(forms.JSONField):
    """JSON that PostgreSQL can store.

    Django's field raises on numbers of thousands of digits and on deep nesting, and lets through Infinity, NUL and lone surrogates.
    """

    def to_python(self, value: Any) -> Any:
        """Return the value of a document, None for an empty one; ValidationError where it is not JSON that can be stored."""
        if self.disabled or not isinstance(value, str) or value in self.empty_values:
            return super().to_python(value)
        try:
            return loads(value.encode())
        except (Invalid, UnicodeEncodeError) as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Return what a bound form shows: the value, or the text as it was typed where it is no value."""
        if self.disabled or data is None:
            return super().bound_data(data, initial)
        try:
            return self.to_python(data)
        except ValidationError:
            return InvalidJSONInput(data)


class LinesField(forms.CharField):
    """Text of several lines; forms end them by CR and LF, which would count as two characters."""

    def to_python(self, value: Any) -> Any:
        """Return the text with a line feed at the end of each line."""
        text = super().to_python(value)
        return text.replace("\r\n", "\n") if isinstance(text, str) else text


class ListField(SimpleArrayField):
    """Texts, one in a line: a comma is part of its text. Blank lines are passed over."""

    def __init__(self, base_field: forms.Field, **kwargs: Any) -> None:
        super().__init__(base_field, **{**kwargs, "delimiter": "\n"})

    def to_python(self, value: Any) -> Any:
        """Return the list of texts."""
        if isinstance(value, str):
            value = "\n".join(line for line in value.replace("\r\n", "\n").split("\n") if line.strip())
        return super().to_python(value)


def exact_amount(amount: Decimal, *, currency: str) -> Money:
    """Return what was typed into a form as money; ValidationError where it has more decimals than the currency."""
    money = Money(amount, currency)
    if money.amount != amount:
        raise ValidationError(
            f"{amount} is no amount in {currency}; write at most {currency_decimals(currency)} decimals."
        )
    return money
