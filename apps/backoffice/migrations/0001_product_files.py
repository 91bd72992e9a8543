"""Product files that staff uploaded, with how far their import is."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import apps.kernel.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="ProductFile",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("next_run_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), null=True)),
                ("attempts", models.SmallIntegerField(db_default=0, default=0)),
                ("lease_token", models.UUIDField(null=True)),
                ("parked_at", models.DateTimeField(null=True)),
                ("last_error", models.TextField(db_default="", default="")),
                ("name", models.CharField(max_length=200)),
                ("currency", models.CharField(max_length=3)),
                ("actor", models.CharField(max_length=200)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "phase",
                    models.CharField(
                        choices=[
                            ("mapping", "choose columns"),
                            ("checking", "being checked"),
                            ("checked", "checked"),
                            ("importing", "being imported"),
                            ("done", "imported"),
                            ("refused", "refused"),
                        ],
                        default="mapping",
                        max_length=10,
                    ),
                ),
                ("mapping", models.JSONField(default=dict)),
                ("done", models.PositiveIntegerField(default=0)),
                ("total", models.PositiveIntegerField(default=0)),
                ("counts", models.JSONField(default=dict)),
                ("entries", models.JSONField(default=list)),
                ("fault", models.TextField(blank=True, default="")),
            ],
            options={
                "verbose_name": "product file",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="FileContent",
            fields=[
                (
                    "file",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="content",
                        serialize=False,
                        to="backoffice.productfile",
                    ),
                ),
                ("content", models.BinaryField()),
            ],
        ),
        migrations.AddIndex(
            model_name="productfile",
            index=models.Index(
                condition=models.Q(("next_run_at__isnull", False), ("parked_at__isnull", True)),
                fields=["next_run_at"],
                name="backoffice_file_due",
            ),
        ),
    ]
