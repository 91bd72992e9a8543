"""What a product comes in, to narrow lists by. `manage.py rebuild_search` fills it in for documents that are there already."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("search", "0002_alike")]
    operations = [
        migrations.AddField(
            model_name="productdocument",
            name="option_values",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], size=None),
        ),
    ]
