"""An index of the movements by kind, without the many shipments: the newest of any kind is found at once."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("inventory", "0005_reserve_alone")]

    operations = [
        AddIndexConcurrently(
            model_name="stockmovement",
            index=models.Index(
                fields=["kind", "-id"], name="inventory_movement_of_kind", condition=~Q(kind="shipment")
            ),
        ),
    ]
