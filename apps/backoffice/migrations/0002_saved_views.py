"""Views of the list of orders that staff keep."""

import django.db.models.functions.text
from django.db import migrations, models

import apps.kernel.ids


class Migration(migrations.Migration):
    dependencies = [
        ("backoffice", "0001_product_files"),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedView",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("owner_id", models.UUIDField()),
                ("name", models.CharField(max_length=40)),
                ("query", models.CharField(max_length=1000)),
            ],
            options={
                "ordering": ["id"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        models.F("owner_id"), django.db.models.functions.text.Lower("name"), name="backoffice_view_name"
                    )
                ],
            },
        ),
    ]
