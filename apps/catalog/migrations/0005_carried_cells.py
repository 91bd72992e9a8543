"""What a file says of products that the shop has no field for is kept; an exported stock number is known again."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0004_image_by_url"),
    ]

    operations = [
        migrations.CreateModel(
            name="CarriedCells",
            fields=[
                (
                    "item",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="carried_cells",
                        serialize=False,
                        to="catalog.product",
                    ),
                ),
                ("product", models.JSONField(default=dict)),
                ("variants", models.JSONField(default=dict)),
                ("headings", models.JSONField(default=dict)),
                ("digest", models.CharField(default="", max_length=64)),
                ("seen_version", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.AddField(
            model_name="importedstock",
            name="exported",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name="importedstock",
            name="quantity",
            field=models.PositiveIntegerField(null=True),
        ),
    ]
