"""Products as staff send them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from apps.catalog.contracts import (
    LONGEST_TEXTS,
    Image,
    Option,
    Product,
    ProductInput,
    ProductStatus,
    ProductTexts,
    VariantInput,
)
from apps.kernel import codec
from apps.web.fields import ChoiceField, ClosedSerializer, MoneyField, YesNoField

_PLAIN = ("title", "slug", "description_html", "vendor", "product_type", "attributes")
_STATUSES = [status.value for status in ProductStatus]


def _text(member: str) -> serializers.CharField:
    return serializers.CharField(max_length=LONGEST_TEXTS[member], allow_blank=True, default="")


def _texts(member: str) -> serializers.DictField:
    child = serializers.CharField(max_length=LONGEST_TEXTS[member], allow_blank=True)
    return serializers.DictField(child=child, default=dict)


class ImageBody(serializers.Serializer[Any]):
    url = serializers.CharField(max_length=2000)
    alt = _text("image_alts")
    width = serializers.IntegerField(min_value=1, max_value=100_000, allow_null=True, default=None)
    height = serializers.IntegerField(min_value=1, max_value=100_000, allow_null=True, default=None)


class OptionBody(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=100)
    values = serializers.ListField(child=serializers.CharField(max_length=255), allow_empty=False, max_length=200)


class VariantBody(serializers.Serializer[Any]):
    id = serializers.UUIDField(allow_null=True, default=None)
    sku = serializers.CharField(max_length=100, allow_blank=True, default="")
    options = serializers.DictField(child=serializers.CharField(max_length=255), default=dict)
    prices = serializers.DictField(child=MoneyField(), default=dict)
    compare_at_prices = serializers.DictField(child=MoneyField(), default=dict)
    weight_grams = serializers.IntegerField(min_value=0, max_value=2**31 - 1, default=0)
    requires_shipping = YesNoField(default=True)
    tax_class = serializers.CharField(max_length=50, default="standard")
    barcode = serializers.CharField(max_length=100, allow_blank=True, default="")
    image_url = serializers.CharField(max_length=2000, allow_blank=True, default="")


class TextsBody(ClosedSerializer):
    """A product's texts in another language; what is left out is shown in the shop's own."""

    title = _text("title")
    description_html = _text("description_html")
    names = _texts("names")
    values = serializers.DictField(child=_texts("values"), default=dict)
    attributes = _texts("attributes")
    tags = _texts("tags")
    image_alts = _texts("image_alts")


class ProductBody(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=LONGEST_TEXTS["title"])
    slug = serializers.CharField(max_length=255, allow_blank=True, default="")
    status = ChoiceField(choices=_STATUSES, default=ProductStatus.DRAFT.value)
    description_html = _text("description_html")
    vendor = serializers.CharField(max_length=255, allow_blank=True, default="")
    product_type = serializers.CharField(max_length=255, allow_blank=True, default="")
    tags = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST_TEXTS["tags"]), default=list, max_length=250
    )
    options = OptionBody(many=True, default=list)
    variants = VariantBody(many=True, default=list)
    images = ImageBody(many=True, default=list)
    categories = serializers.ListField(
        child=serializers.CharField(max_length=1000), default=list, max_length=100, help_text="Paths of categories."
    )
    attributes = _texts("attributes")
    translations = serializers.DictField(
        child=TextsBody(),
        required=False,
        help_text="Texts by language, such as `de`; keys inside are what the product itself holds. Left out, those there are stay.",
    )


class ProductView(ProductBody):
    id = serializers.UUIDField()
    version = serializers.IntegerField()
    published_at = serializers.DateTimeField(allow_null=True)


class SummaryView(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    slug = serializers.CharField()
    title = serializers.CharField()
    status = serializers.ChoiceField(choices=_STATUSES)
    vendor = serializers.CharField()
    product_type = serializers.CharField()
    variant_count = serializers.IntegerField()
    version = serializers.IntegerField()


class SummaryPage(serializers.Serializer[Any]):
    results = SummaryView(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    count = serializers.IntegerField(required=False)


class ListParams(serializers.Serializer[Any]):
    q = serializers.CharField(required=False, allow_blank=True, max_length=200)
    status = ChoiceField(choices=_STATUSES, required=False)
    limit = serializers.IntegerField(required=False, min_value=1, max_value=100)
    cursor = serializers.CharField(required=False)
    count = YesNoField(required=False)


def to_input(body: Mapping[str, Any]) -> ProductInput:
    """Return the product that a validated body describes; Invalid for an unknown currency."""
    return ProductInput(
        **{name: body[name] for name in _PLAIN},
        status=ProductStatus(body["status"]),
        tags=tuple(body["tags"]),
        options=tuple(Option(name=option["name"], values=tuple(option["values"])) for option in body["options"]),
        variants=tuple(VariantInput(**variant) for variant in body["variants"]),
        images=tuple(Image(**image) for image in body["images"]),
        categories=tuple(body["categories"]),
        translations=_read_texts(body["translations"]) if "translations" in body else None,
    )


def _read_texts(given: Mapping[str, Mapping[str, Any]]) -> dict[str, ProductTexts]:
    return {language: ProductTexts(**texts) for language, texts in given.items()}


def to_body(product: Product) -> dict[str, Any]:
    """Return a product as its body would be sent, plus id, version and published_at."""
    encoded: dict[str, Any] = codec.encode(product)
    for variant, known in zip(encoded["variants"], product.variants, strict=True):
        for name in ("product_id", "title", "position", "image"):
            del variant[name]
        variant["image_url"] = known.image.url if known.image else ""
    for image in encoded["images"]:
        del image["source_urls"]
    return {**encoded, "categories": [category.path for category in product.categories]}
