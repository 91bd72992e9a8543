"""Reservations are found by their whole reference: the index for LIKE that Django adds to every key of text costs each of them WAL."""

from django.db import migrations

DROP = "DROP INDEX IF EXISTS inventory_stockreservation_reference_6fcbfdca_like"
CREATE = (
    "CREATE INDEX inventory_stockreservation_reference_6fcbfdca_like"
    " ON inventory_stockreservation (reference varchar_pattern_ops)"
)


class Migration(migrations.Migration):
    dependencies = [("inventory", "0008_settle_in_one_pass")]

    operations = [migrations.RunSQL(DROP, CREATE)]
