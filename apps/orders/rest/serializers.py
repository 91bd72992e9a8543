"""Bodies of orders and payments; the shapes of answers are for the API description, nothing is serialised through them."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.orders.contracts import FulfilmentStatus, OrderPaymentStatus, OrderStatus
from apps.web.fields import ChoiceField, ClosedSerializer, MoneyField, WholeNumberField, YesNoField

_STATUSES = [status.value for status in OrderStatus]
_PAYMENT_STATUSES = [status.value for status in OrderPaymentStatus]
_FULFILMENT_STATUSES = [status.value for status in FulfilmentStatus]
_HIDDEN = "Missing for staff who may not see what orders cost."


class IntentInput(serializers.Serializer[Any]):
    order_id = serializers.UUIDField()
    provider = serializers.CharField(max_length=50, required=False)
    return_url = serializers.CharField(
        max_length=2000, required=False, help_text="Where the provider's page leads back to."
    )
    cancel_url = serializers.CharField(max_length=2000, required=False)


class RefundInput(ClosedSerializer):
    payment_id = serializers.UUIDField()
    amount = MoneyField(required=False, help_text="All that is left where it is missing.")
    reason = serializers.CharField(max_length=200)


@extend_schema_field({"type": "string", "format": "byte"})
class FileField(serializers.Field[bytes, Any, Any, Any]):
    """The bytes of a file in Base64, as the interfaces of carriers give labels out."""

    default_error_messages: ClassVar[dict[str, Any]] = {"invalid_base64": "must be a file in Base64 (RFC 4648, 4)"}

    def to_internal_value(self, data: Any) -> bytes:
        """Return the bytes; a validation error where they cannot be read."""
        try:
            return base64.b64decode(data, validate=True)
        except (binascii.Error, TypeError, ValueError):
            self.fail("invalid_base64")

    def to_representation(self, value: bytes) -> str:
        """Return the text."""
        return base64.b64encode(value).decode()


_LABEL = "The carrier's label, which staff alone see: a PDF, PNG or ZPL of at most a million bytes."


class LabelInput(ClosedSerializer):
    def get_fields(self) -> dict[str, Any]:
        """Add `label`, whose name as an attribute is that of every field's title."""
        return super().get_fields() | {"label": FileField(help_text=_LABEL)}


class ShipmentInput(ClosedSerializer):
    lines = serializers.DictField(
        child=WholeNumberField(min_value=1),
        required=False,
        help_text="Order line id to quantity; all that is left without.",
    )
    tracking_number = serializers.CharField(max_length=100, allow_blank=True, default="")
    carrier = serializers.CharField(max_length=100, allow_blank=True, default="")
    tracking_url = serializers.URLField(max_length=2000, allow_blank=True, default="")

    def get_fields(self) -> dict[str, Any]:
        """Add `label`, as in LabelInput."""
        return super().get_fields() | {"label": FileField(help_text=_LABEL, required=False)}


class SearchParams(serializers.Serializer[Any]):
    q = serializers.CharField(required=False, allow_blank=True, max_length=254, default="")
    status = ChoiceField(choices=_STATUSES, required=False)
    payment_status = ChoiceField(choices=_PAYMENT_STATUSES, required=False)
    fulfilment_status = ChoiceField(choices=_FULFILMENT_STATUSES, required=False)
    placed_after = serializers.DateTimeField(required=False, default_timezone=UTC)
    placed_before = serializers.DateTimeField(required=False, default_timezone=UTC)
    limit = serializers.IntegerField(required=False, min_value=1, max_value=100)
    cursor = serializers.CharField(required=False)
    count = YesNoField(required=False)


class OrderAddress(serializers.Serializer[Any]):
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    line1 = serializers.CharField()
    line2 = serializers.CharField()
    city = serializers.CharField()
    region = serializers.CharField()
    postal_code = serializers.CharField()
    country = serializers.CharField()
    phone = serializers.CharField()


class OrderItemView(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    variant_id = serializers.UUIDField()
    product_id = serializers.UUIDField()
    sku = serializers.CharField()
    title = serializers.CharField()
    options = serializers.DictField(child=serializers.CharField())
    image_url = serializers.CharField(allow_null=True)
    quantity = serializers.IntegerField()
    shipped = serializers.IntegerField()
    unit_price = MoneyField(required=False, help_text=_HIDDEN)
    line_total = MoneyField(required=False, help_text=_HIDDEN)


class ShipmentView(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    tracking_number = serializers.CharField()
    carrier = serializers.CharField()
    tracking_url = serializers.CharField(allow_null=True)
    lines = serializers.DictField(child=serializers.IntegerField())
    shipped_at = serializers.DateTimeField()
    delivered_at = serializers.DateTimeField(allow_null=True)


class OrderView(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    number = serializers.CharField()
    version = serializers.IntegerField()
    status = serializers.ChoiceField(choices=_STATUSES)
    payment_status = serializers.ChoiceField(choices=_PAYMENT_STATUSES)
    fulfilment_status = serializers.ChoiceField(choices=_FULFILMENT_STATUSES)
    items = OrderItemView(many=True)
    subtotal = MoneyField(required=False, help_text=_HIDDEN)
    discount = MoneyField(required=False, help_text=_HIDDEN)
    shipping = MoneyField(required=False, help_text=_HIDDEN)
    tax = MoneyField(required=False, help_text=_HIDDEN)
    total = MoneyField(required=False, help_text=_HIDDEN)
    paid = MoneyField(required=False, help_text=_HIDDEN)
    refunded = MoneyField(required=False, help_text=_HIDDEN)
    prices_include_tax = serializers.BooleanField()
    email = serializers.CharField()
    shipping_method = serializers.CharField()
    shipping_address = OrderAddress()
    billing_address = OrderAddress()
    placed_at = serializers.DateTimeField()
    payment_deadline = serializers.DateTimeField(allow_null=True)
    shipments = ShipmentView(many=True)
    live_url = serializers.CharField()


class TrackedEventView(serializers.Serializer[Any]):
    type = serializers.CharField()
    at = serializers.DateTimeField()
    detail = serializers.CharField()


class TrackingView(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=_STATUSES)
    events = TrackedEventView(many=True)
    shipments = ShipmentView(many=True)


class OrderSummaryView(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    number = serializers.CharField()
    email = serializers.CharField()
    status = serializers.ChoiceField(choices=_STATUSES)
    payment_status = serializers.ChoiceField(choices=_PAYMENT_STATUSES)
    fulfilment_status = serializers.ChoiceField(choices=_FULFILMENT_STATUSES)
    total = MoneyField(required=False, help_text=_HIDDEN)
    item_count = serializers.IntegerField()
    placed_at = serializers.DateTimeField()


class OrderPage(serializers.Serializer[Any]):
    results = OrderSummaryView(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    count = serializers.IntegerField(required=False)


class IntentView(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    order_id = serializers.UUIDField()
    status = serializers.CharField()
    provider = serializers.CharField()
    amount = MoneyField()
    client_secret = serializers.CharField(allow_null=True)
    redirect_url = serializers.CharField(allow_null=True)
    instructions = serializers.CharField()


class RefundView(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    payment_id = serializers.UUIDField()
    order_id = serializers.UUIDField()
    status = serializers.CharField()
    amount = MoneyField()
    reason = serializers.CharField()
    created_at = serializers.DateTimeField()
