"""Trigram indexes for the search of staff: a part of a title, slug, vendor, product type or SKU is found without reading every row."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.operations import AddIndexConcurrently, TrigramExtension
from django.db import migrations
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("catalog", "0005_carried_cells")]

    operations = [
        TrigramExtension(),
        AddIndexConcurrently(
            model_name="product",
            index=GinIndex(
                OpClass(Upper("title"), name="gin_trgm_ops"),
                OpClass(Upper("slug"), name="gin_trgm_ops"),
                OpClass(Upper("vendor"), name="gin_trgm_ops"),
                OpClass(Upper("product_type"), name="gin_trgm_ops"),
                name="catalog_product_words",
            ),
        ),
        AddIndexConcurrently(
            model_name="variant",
            index=GinIndex(OpClass(Upper("sku"), name="gin_trgm_ops"), name="catalog_variant_part_of_sku"),
        ),
    ]
