"""The carriers' labels of parcels."""

import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.lookups
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0007_sold_words"),
    ]

    operations = [
        migrations.CreateModel(
            name="ShipmentLabel",
            fields=[
                (
                    "shipment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="label",
                        serialize=False,
                        to="orders.shipment",
                    ),
                ),
                ("kind", models.CharField(choices=[("pdf", "pdf"), ("png", "png"), ("zpl", "zpl")], max_length=3)),
                ("content", models.BinaryField()),
                ("added_by", models.CharField(max_length=100)),
                ("added_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["added_at"], name="orders_label_age")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["pdf", "png", "zpl"])), name="orders_label_kind_known"
                    ),
                    models.CheckConstraint(
                        condition=django.db.models.lookups.LessThanOrEqual(
                            models.Func("content", function="octet_length", output_field=models.IntegerField()), 1000000
                        ),
                        name="orders_label_size",
                    ),
                ],
            },
        ),
    ]
