"""Where a stored picture was fetched from."""

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0002_category_paths")]

    operations = [
        migrations.AddField(
            model_name="productimage",
            name="source_urls",
            field=ArrayField(
                base_field=models.CharField(max_length=2000),
                db_default=models.Value([], ArrayField(base_field=models.CharField(), size=None)),
                default=list,
                editable=False,
                size=None,
            ),
        ),
    ]
