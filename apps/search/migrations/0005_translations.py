"""Documents in other languages, and names of categories in them. Those that are there already are right as they are."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("search", "0004_option_index"),
    ]

    operations = [
        migrations.AddField(
            model_name="indexedcategory",
            name="names",
            field=models.JSONField(db_default={}, default=dict),
        ),
        migrations.AddField(
            model_name="productdocument",
            name="shown_values",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], size=None),
        ),
        migrations.AddField(
            model_name="productdocument",
            name="translated",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=10), db_default=[], size=None
            ),
        ),
    ]
