"""An index of it, made while the shop goes on."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("search", "0003_option_values")]
    operations = [
        AddIndexConcurrently(
            model_name="productdocument", index=GinIndex(fields=["option_values"], name="search_by_option")
        ),
    ]
