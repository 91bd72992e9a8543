"""Tables of search: its own copies of what it shows, and the documents that answer requests as they are."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Cast, Now

from apps.persistence.models import UUIDModel


class IndexedProduct(models.Model):
    """The last version of a product that reached search. Its row lock orders all rewriting of the product's documents."""

    product_id = models.UUIDField(primary_key=True)
    version = models.BigIntegerField()
    payload = models.JSONField()
    variant_ids = ArrayField(models.UUIDField())
    category_ids = ArrayField(models.UUIDField())

    class Meta:
        indexes = [
            GinIndex(fields=["variant_ids"], name="search_product_by_variant"),
            GinIndex(fields=["category_ids"], name="search_product_by_category"),
        ]


class IndexedCategory(models.Model):
    """What search last heard of a category; the first word may come inside a product."""

    category_id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=200)
    names = models.JSONField(default=dict, db_default={})
    slug = models.CharField(max_length=100)
    path = models.CharField(max_length=1000)
    parent_id = models.UUIDField(null=True)
    position = models.PositiveIntegerField()

    def name_in(self, language: str) -> str:
        """Return the name in a language, in the shop's own where it has none."""
        return str(self.names.get(language) or self.name)


class IndexedAvailability(models.Model):
    """Whether a variant can be bought, and is low, as inventory last said; a row may come before or after its product."""

    variant_id = models.UUIDField(primary_key=True)
    in_stock = models.BooleanField(default=False)
    is_low = models.BooleanField(default=False, db_default=False)


class ProductDocument(UUIDModel):
    """A published product in one language and currency, ready to send: `card` and `detail` are encoded JSON.

    There is always one in the shop's own language, and one in each other in which it reads differently: `translated` names these, on
    the former only, and is what lists in another language leave out of it.
    `words` is the title in lower case without accents, for finding what was mistyped; `category_paths` include all ancestors;
    `option_values` are what it comes in, "Size:M" (see that module), option by option in display order; `shown_values` are what each
    of these reads in the document's language, "Größe:M", empty where that is nothing else.
    """

    product_id = models.UUIDField()
    language = models.CharField(max_length=10)
    currency = models.CharField(max_length=3)
    slug = models.CharField(max_length=255)
    title = models.CharField(max_length=255)
    card = models.TextField()
    detail = models.TextField()
    price = models.DecimalField(max_digits=19, decimal_places=4)
    in_stock = models.BooleanField()
    category_paths = ArrayField(models.CharField(max_length=1000))
    option_values = ArrayField(models.TextField(), db_default=[])
    shown_values = ArrayField(models.TextField(), db_default=[])
    translated = ArrayField(models.CharField(max_length=10), db_default=[])
    published_at = models.DateTimeField()
    words = models.TextField()
    vector = SearchVectorField()
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product_id", "language", "currency"], name="search_document_once"),
        ]
        indexes = [
            # Not unique: when two products swap slugs, their events arrive one after the other.
            models.Index(fields=["slug"], name="search_by_slug"),
            models.Index(fields=["language", "currency", "published_at", "product_id"], name="search_by_newest"),
            models.Index(fields=["language", "currency", "price", "product_id"], name="search_by_price"),
            models.Index(fields=["language", "currency", "title", "product_id"], name="search_by_title"),
            GinIndex(fields=["category_paths"], name="search_by_category"),
            GinIndex(fields=["option_values"], name="search_by_option"),
            # For finding by tag.
            GinIndex(KeyTransform("tags", Cast("detail", models.JSONField())), name="search_by_tag"),
            GinIndex(fields=["vector"], name="search_by_words"),
            GinIndex(fields=["words"], opclasses=["gin_trgm_ops"], name="search_by_likeness"),
        ]
