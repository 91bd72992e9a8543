"""Images are found by their address; hashed, since addresses may be longer than an entry of an ordered index."""

from django.contrib.postgres.indexes import HashIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("catalog", "0003_image_sources")]

    operations = [
        AddIndexConcurrently(model_name="productimage", index=HashIndex(fields=["url"], name="catalog_image_by_url")),
    ]
