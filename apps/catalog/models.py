"""Tables of catalog: products, their options and variants, prices per currency, pictures, the category tree."""

from __future__ import annotations

from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, HashIndex, OpClass
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Now, Upper

from apps.catalog.contracts import ProductStatus
from apps.kernel.money import Money
from apps.persistence.fields import MoneyField, TaxClassField
from apps.persistence.jsonb import IS_LANGUAGE, is_object, never
from apps.persistence.models import UUIDModel

_TEXTS: Final = ("title", "description_html", "names", "values", "attributes", "tags", "image_alts")


class Category(UUIDModel):
    """A node of the tree. A deferred trigger holds `path` = parent's path + slug, which also rules out cycles.

    `names` are by language, those in other languages than the shop's own.
    """

    name = models.CharField(max_length=200)
    names = models.JSONField(default=dict, db_default={}, editable=False)
    slug = models.SlugField(max_length=100, db_index=False)
    path = models.CharField(max_length=1000, unique=True, editable=False)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    position = models.PositiveIntegerField(default=0)
    version = models.BigIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = "category"
        verbose_name_plural = "categories"
        ordering = ["path"]
        constraints = [
            models.CheckConstraint(
                name="catalog_category_names",
                condition=is_object("names")
                & never("names", f"$.keyvalue() ? (!({IS_LANGUAGE}))")
                & never("names", '$.* ? (@.type() != "string" || !(@ like_regex "^.{1,200}$" flag "s"))'),
            )
        ]

    def __str__(self) -> str:
        return self.path


class Product(UUIDModel):
    """A product; `version` rises under its row lock with every change and is the version of its events.

    `translations` hold contracts.ProductTexts by language, without what is blank; the columns are in the shop's own language.
    """

    slug = models.SlugField(max_length=255, unique=True, help_text="The product's address, such as rain-jacket.")
    title = models.CharField(max_length=255)
    status = models.CharField(
        max_length=10, choices=[(s.value, s.value) for s in ProductStatus], default=ProductStatus.DRAFT.value
    )
    description_html = models.TextField(blank=True, default="")
    vendor = models.CharField(max_length=255, blank=True, default="")
    product_type = models.CharField(max_length=255, blank=True, default="")
    tags = ArrayField(models.CharField(max_length=255), blank=True, default=list)
    attributes = models.JSONField(blank=True, default=dict)
    translations = models.JSONField(default=dict, db_default={}, editable=False)
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.BigIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    categories = models.ManyToManyField(Category, through="ProductCategory", related_name="products")

    class Meta:
        verbose_name = "product"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="catalog_product_published_has_time",
                condition=Q(published_at__isnull=False) | ~Q(status=ProductStatus.PUBLISHED.value),
            ),
            models.CheckConstraint(
                name="catalog_product_status_known", condition=Q(status__in=[s.value for s in ProductStatus])
            ),
            models.CheckConstraint(
                name="catalog_product_translations",
                condition=is_object("translations")
                & never("translations", f"$.keyvalue() ? (!({IS_LANGUAGE}))")
                & never("translations", '$.* ? (@.type() != "object")')
                & never(
                    "translations",
                    "$.*.keyvalue() ? (!({}))".format(" || ".join(f'@.key == "{name}"' for name in _TEXTS)),
                )
                & never("translations", '$.*.title ? (@.type() != "string" || !(@ like_regex "^.{1,255}$" flag "s"))')
                & never("translations", '$.*.description_html ? (@.type() != "string" || @ == "")'),
            ),
        ]
        indexes = [
            # By any part of these, as staff search.
            GinIndex(
                *(OpClass(Upper(name), name="gin_trgm_ops") for name in ("title", "slug", "vendor", "product_type")),
                name="catalog_product_words",
            )
        ]

    def __str__(self) -> str:
        return self.title


class ProductCategory(models.Model):
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="category_links")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="product_links")

    class Meta:
        verbose_name = "category of the product"
        verbose_name_plural = "categories of the product"
        constraints = [models.UniqueConstraint(fields=["product", "category"], name="catalog_productcategory_once")]


class ProductOption(UUIDModel):
    """A dimension the product varies in, with its values in display order."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="options")
    name = models.CharField(max_length=100)
    values = ArrayField(models.CharField(max_length=255))
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = "option"
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["product", "name"], name="catalog_option_once")]

    def __str__(self) -> str:
        return self.name


class ProductImage(UUIDModel):
    """A picture by reference; sizes in pixels where known.

    One that was fetched is shown by its stored address; `source_urls` keep where it came from, so that an import knows it again.
    """

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="images")
    url = models.CharField(max_length=2000)
    alt = models.CharField(max_length=500, blank=True, default="")
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    position = models.PositiveIntegerField(default=0)
    source_urls = ArrayField(
        models.CharField(max_length=2000),
        default=list,
        db_default=Value([], ArrayField(models.CharField())),
        editable=False,
    )

    class Meta:
        verbose_name = "image"
        ordering = ["position"]
        indexes = [HashIndex(fields=["url"], name="catalog_image_by_url")]
        constraints = [models.UniqueConstraint(fields=["product", "url"], name="catalog_image_once")]

    def __str__(self) -> str:
        return self.alt or self.url


class Variant(UUIDModel):
    """What is sold: `options` maps each option of the product to one of its values."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="variants")
    sku = models.CharField(max_length=100, unique=True)
    options = models.JSONField(blank=True, default=dict, help_text='Such as {"Size": "M"}.')
    weight_grams = models.PositiveIntegerField(default=0)
    requires_shipping = models.BooleanField(default=True)
    tax_class = TaxClassField()
    barcode = models.CharField(max_length=100, blank=True, default="")
    position = models.PositiveIntegerField(default=0)
    image = models.ForeignKey(ProductImage, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        indexes = [GinIndex(OpClass(Upper("sku"), name="gin_trgm_ops"), name="catalog_variant_part_of_sku")]
        verbose_name = "variant"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["product", "options"], name="catalog_variant_options_once"),
            models.CheckConstraint(name="catalog_variant_has_sku", condition=~Q(sku="")),
            models.CheckConstraint(
                name="catalog_variant_options",
                condition=is_object("options") & never("options", '$.* ? (@.type() != "string")'),
                violation_error_message='Options give each option of the product one value, such as {"Size": "M"}.',
            ),
        ]

    def __str__(self) -> str:
        return self.sku


class VariantPrice(models.Model):
    """What a variant costs in one currency; `compare_at` is the former price that is shown struck through."""

    variant = models.ForeignKey(Variant, on_delete=models.CASCADE, related_name="prices")
    price: MoneyField[Money] = MoneyField()
    compare_at: MoneyField[Money | None] = MoneyField(null=True)

    class Meta:
        verbose_name = "price"
        constraints = [
            models.UniqueConstraint(fields=["variant", "price_currency"], name="catalog_price_once_per_currency"),
            models.CheckConstraint(name="catalog_price_not_negative", condition=Q(price_amount__gte=0)),
            models.CheckConstraint(
                name="catalog_compare_at_fits_price",
                condition=Q(compare_at_amount__isnull=True, compare_at_currency__isnull=True)
                | Q(compare_at_amount__gte=0, compare_at_currency=F("price_currency")),
            ),
        ]

    def __str__(self) -> str:
        return str(self.price)


class ImportedStock(models.Model):
    """The stock that the last imported file and the last export named for a variant.

    A later import sets stock only where its file says something new, so that sales since are not undone.
    """

    variant = models.OneToOneField(Variant, on_delete=models.CASCADE, primary_key=True, related_name="+")
    quantity = models.PositiveIntegerField(null=True)
    exported = models.PositiveIntegerField(null=True)


class CarriedCells(models.Model):
    """What a file said of a product that the shop has no field for (see contracts.CarriedCells), `variants` by variant id.

    `digest` is that of what was imported last, complete with its stock, when the product had `seen_version`: as long as both
    hold, importing the same again has nothing to do.
    """

    item = models.OneToOneField(Product, on_delete=models.CASCADE, primary_key=True, related_name="carried_cells")
    product = models.JSONField(default=dict)
    variants = models.JSONField(default=dict)
    headings = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, default="")
    seen_version = models.BigIntegerField(default=0)
