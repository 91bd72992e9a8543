"""The sequence that numbers orders (gaps are fine), and the trigger that keeps their history."""

from django.db import migrations

from apps.persistence.operations import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE orders_order_number START WITH 1001", reverse_sql="DROP SEQUENCE orders_order_number"
        ),
        AppendOnly("orders_orderevent"),
    ]
