"""Payments as clients send and get them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.payments.api import PaymentStatus
from apps.web.fields import MoneyField


class ConfirmBody(serializers.Serializer[Any]):
    payment_id = serializers.UUIDField()
    payment_method = serializers.CharField(
        max_length=255, help_text="A token of the provider, such as pm_card_visa; never a card number."
    )


class PaymentBody(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    order_id = serializers.UUIDField()
    provider = serializers.CharField()
    status = serializers.ChoiceField(choices=[status.value for status in PaymentStatus])
    amount = MoneyField()
    captured = MoneyField()
    refunded = MoneyField()
    client_secret = serializers.CharField(allow_null=True)
    redirect_url = serializers.CharField(allow_null=True)
    instructions = serializers.CharField()
    decline_code = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
