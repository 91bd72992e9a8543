"""An index of the tags of documents, made while the shop goes on."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Cast


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("search", "0006_low_stock")]
    operations = [
        AddIndexConcurrently(
            model_name="productdocument",
            index=GinIndex(KeyTransform("tags", Cast("detail", models.JSONField())), name="search_by_tag"),
        ),
    ]
