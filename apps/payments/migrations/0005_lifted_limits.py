"""What staff let try cards again, and the right to."""

import django.db.models.functions.datetime
from django.db import migrations, models

import apps.kernel.ids


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0004_payment_way_back"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="declinedcharge",
            options={
                "default_permissions": ("view",),
                "permissions": [("lift_decline_limit", "Can let a card, account or address try again")],
            },
        ),
        migrations.CreateModel(
            name="LiftedLimit",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("card", "Card"), ("account", "Account"), ("address", "Address")], max_length=10
                    ),
                ),
                ("mark", models.CharField(blank=True, max_length=64)),
                ("declines", models.PositiveIntegerField(help_text="How many counted until then.")),
                ("reason", models.CharField(max_length=200)),
                ("actor", models.CharField(max_length=100)),
                ("lifted_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "default_permissions": ("view",),
                "indexes": [models.Index(fields=["kind", "mark", "lifted_at"], name="payments_lifted_limit")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["card", "account", "address"])),
                        name="payments_lifted_kind_known",
                    )
                ],
            },
        ),
    ]
