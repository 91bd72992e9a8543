"""How the tables are kept: room for heap-only updates, a ledger that refuses changes, one warehouse to begin with."""

from django.db import migrations

from apps.kernel.ids import uuid7
from apps.persistence.operations import AppendOnly


def create_default_warehouse(apps, schema_editor):
    warehouse = apps.get_model("inventory", "Warehouse")
    warehouse.objects.using(schema_editor.connection.alias).get_or_create(
        code="main", defaults={"id": uuid7(), "name": "Main warehouse"}
    )


class Migration(migrations.Migration):
    dependencies = [("inventory", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE inventory_stocklevel SET (fillfactor = 60);",
            "ALTER TABLE inventory_stocklevel RESET (fillfactor);",
        ),
        AppendOnly("inventory_stockmovement"),
        migrations.RunPython(create_default_warehouse, migrations.RunPython.noop),
    ]
