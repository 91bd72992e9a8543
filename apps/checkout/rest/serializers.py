"""Bodies of cart and checkout; the shapes of answers are for the API description, nothing is serialised through them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.web.fields import AddressBody, ClosedSerializer, MoneyField, WholeNumberField


class ItemInput(serializers.Serializer[Any]):
    variant_id = serializers.UUIDField()
    quantity = WholeNumberField(min_value=1, max_value=999)
    currency = serializers.CharField(max_length=3, required=False)

    def validate_currency(self, value: str) -> str:
        """Take a code in any case, as every query does."""
        return value.upper()


class QuantityInput(serializers.Serializer[Any]):
    quantity = WholeNumberField(min_value=1, max_value=999)


class CheckoutInput(ClosedSerializer):
    email = serializers.CharField(max_length=254, required=False)
    shipping_address = AddressBody(required=False)
    billing_address = AddressBody(required=False)
    shipping_method_id = serializers.UUIDField(required=False)
    promo_codes = serializers.ListField(child=serializers.CharField(max_length=100), max_length=10, required=False)


class PlaceInput(ClosedSerializer):
    expected_total = MoneyField(required=False)


class CartImage(serializers.Serializer[Any]):
    url = serializers.CharField()
    alt = serializers.CharField()
    width = serializers.IntegerField(allow_null=True)
    height = serializers.IntegerField(allow_null=True)


class CartItemView(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    variant_id = serializers.UUIDField()
    product_id = serializers.UUIDField()
    product_slug = serializers.CharField()
    sku = serializers.CharField()
    title = serializers.CharField()
    options = serializers.DictField(child=serializers.CharField())
    image = CartImage(allow_null=True)
    unit_price = MoneyField()
    price_was = MoneyField(allow_null=True)
    compare_at_price = MoneyField(allow_null=True)
    quantity = serializers.IntegerField()
    line_total = MoneyField()
    available = serializers.IntegerField()


class CartNoteView(serializers.Serializer[Any]):
    code = serializers.CharField(
        help_text="When two carts became one: not_sold_in_currency (left out), priced_in_currency (at its price there)."
    )
    currency = serializers.CharField()
    title = serializers.CharField()
    sku = serializers.CharField()
    quantity = serializers.IntegerField()


class CartView(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    version = serializers.IntegerField()
    currency = serializers.CharField()
    items = CartItemView(many=True)
    subtotal = MoneyField()
    item_count = serializers.IntegerField()
    expires_at = serializers.DateTimeField()
    notes = CartNoteView(many=True)


class ChosenMethod(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()


class QuoteView(serializers.Serializer[Any]):
    items = CartItemView(many=True)
    currency = serializers.CharField()
    email = serializers.CharField()
    shipping_address = AddressBody(allow_null=True)
    billing_address = AddressBody(allow_null=True)
    shipping_method = ChosenMethod(allow_null=True)
    subtotal = MoneyField()
    discount = MoneyField()
    shipping = MoneyField()
    tax = MoneyField()
    total = MoneyField()
    prices_include_tax = serializers.BooleanField()
    ready = serializers.BooleanField()
    missing = serializers.ListField(child=serializers.CharField())


class Days(serializers.Serializer[Any]):
    min = serializers.IntegerField()
    max = serializers.IntegerField()


class ShippingMethodView(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    price = MoneyField()
    estimated_days = Days()


class ShippingMethodsView(serializers.Serializer[Any]):
    results = ShippingMethodView(many=True)


class PlacedItemView(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    sku = serializers.CharField()
    title = serializers.CharField()
    quantity = serializers.IntegerField()
    unit_price = MoneyField()
    line_total = MoneyField()


class PlacedOrderView(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    number = serializers.CharField()
    version = serializers.IntegerField()
    status = serializers.CharField()
    payment_status = serializers.CharField()
    fulfilment_status = serializers.CharField()
    items = PlacedItemView(many=True)
    subtotal = MoneyField()
    discount = MoneyField()
    shipping = MoneyField()
    tax = MoneyField()
    total = MoneyField()
    shipping_address = AddressBody()
    placed_at = serializers.DateTimeField()
    live_url = serializers.CharField()
    order_token = serializers.CharField(required=False)


class OwnOrderView(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    number = serializers.CharField()
    email = serializers.CharField()
    status = serializers.CharField()
    payment_status = serializers.CharField()
    fulfilment_status = serializers.CharField()
    total = MoneyField()
    item_count = serializers.IntegerField()
    placed_at = serializers.DateTimeField()


class OwnOrdersView(serializers.Serializer[Any]):
    results = OwnOrderView(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    count = serializers.IntegerField(required=False)
