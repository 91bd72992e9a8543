"""The parameters of lists, and the shapes that the API description shows. Nothing is serialised through them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings
from rest_framework import serializers

from apps.search.contracts import SORTS
from apps.web.fields import YesNoField


def _price() -> serializers.DecimalField:
    wrong = "must be a price such as 12.90"
    return serializers.DecimalField(
        required=False, max_digits=19, decimal_places=4, min_value=Decimal(0), error_messages={"invalid": wrong}
    )


class CurrencyParams(serializers.Serializer[Any]):
    currency = serializers.CharField(
        required=False, max_length=3, help_text=f"ISO 4217, such as EUR. Default {settings.DEFAULT_CURRENCY}."
    )


class ListParams(CurrencyParams):
    category = serializers.CharField(required=False, max_length=1000, help_text="Path, slug or id of a category.")
    q = serializers.CharField(required=False, allow_blank=True, max_length=200, help_text="Words to search for.")
    min_price = _price()
    max_price = _price()
    in_stock = YesNoField(required=False, allow_null=True, default=None)
    sort = serializers.CharField(required=False, allow_blank=True, help_text=f"One of {', '.join(SORTS)}.")
    limit = serializers.IntegerField(required=False, min_value=1, max_value=100, default=20)
    cursor = serializers.CharField(required=False)
    count = YesNoField(required=False, default=False)


class Money(serializers.Serializer[Any]):
    amount = serializers.CharField()
    currency = serializers.CharField()


class Image(serializers.Serializer[Any]):
    url = serializers.CharField()
    alt = serializers.CharField()
    width = serializers.IntegerField(allow_null=True)
    height = serializers.IntegerField(allow_null=True)


class Rating(serializers.Serializer[Any]):
    average = serializers.FloatField()
    count = serializers.IntegerField()


class Option(serializers.Serializer[Any]):
    name = serializers.CharField()
    values = serializers.ListField(child=serializers.CharField())
    shown_name = serializers.CharField(
        required=False, help_text="What the name reads in the language of the answer, where that is something else."
    )
    shown_values = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="What each of the values reads, with `shown_name`."
    )


class ProductCard(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    slug = serializers.CharField()
    title = serializers.CharField()
    price = Money()
    compare_at_price = Money(allow_null=True)
    image = Image(allow_null=True)
    second_image = Image(allow_null=True)
    options = Option(many=True)
    in_stock = serializers.BooleanField()
    few_left = serializers.BooleanField(help_text="Whether every variant that can be bought is low in stock.")
    rating = Rating(allow_null=True)


class ProductPage(serializers.Serializer[Any]):
    results = ProductCard(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    count = serializers.IntegerField(required=False)


class Variant(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    sku = serializers.CharField()
    title = serializers.CharField()
    options = serializers.DictField(child=serializers.CharField())
    price = Money()
    compare_at_price = Money(allow_null=True)
    in_stock = serializers.BooleanField()
    image = Image(allow_null=True)


class ProductCategory(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    slug = serializers.CharField()
    path = serializers.CharField()


class ProductDetail(ProductCard):
    vendor = serializers.CharField()
    product_type = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField())
    description_html = serializers.CharField()
    variants = Variant(many=True)
    images = Image(many=True)
    categories = ProductCategory(many=True)
    attributes = serializers.DictField(child=serializers.CharField())
    attribute_names = serializers.DictField(
        child=serializers.CharField(), required=False, help_text="What names of attributes read, where something else."
    )
    tag_names = serializers.DictField(
        child=serializers.CharField(), required=False, help_text="What tags read, where something else."
    )


class CategoryNode(ProductCategory):
    children = serializers.ListField(child=serializers.DictField())


class CategoryForest(serializers.Serializer[Any]):
    results = CategoryNode(many=True)


class VariantStock(serializers.Serializer[Any]):
    variant_id = serializers.UUIDField()
    sku = serializers.CharField()
    available = serializers.IntegerField()
    in_stock = serializers.BooleanField()


class ProductStock(serializers.Serializer[Any]):
    product_id = serializers.UUIDField()
    variants = VariantStock(many=True)
