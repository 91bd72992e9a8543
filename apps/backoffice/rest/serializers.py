"""What stock looks like in JSON."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.inventory.contracts import StockStatus
from apps.web.fields import WholeNumberField


class StockInput(serializers.Serializer[Any]):
    on_hand = WholeNumberField(min_value=0, max_value=1_000_000_000)
    reason = serializers.CharField(max_length=200)
    warehouse = serializers.CharField(max_length=50, allow_blank=True, default="")


class LevelView(serializers.Serializer[Any]):
    warehouse = serializers.CharField()
    on_hand = serializers.IntegerField()
    reserved = serializers.IntegerField()


class StockView(serializers.Serializer[Any]):
    variant_id = serializers.UUIDField()
    available = serializers.IntegerField()
    status = serializers.ChoiceField(choices=[status.value for status in StockStatus])
    levels = LevelView(many=True)
