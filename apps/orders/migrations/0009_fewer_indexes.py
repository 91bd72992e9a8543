"""Every order pays for each index in WAL, and three are used by nothing: numbers and addresses are looked up whole, never by LIKE, and an
order's lines are found by the index of their positions.

As SQL, because Django would make the foreign key anew, and read every line for it.
"""

import django.db.models.deletion
from django.db import migrations, models

NUMBER = (
    "DROP INDEX IF EXISTS orders_order_number_abc9e0f2_like",
    "CREATE INDEX orders_order_number_abc9e0f2_like ON orders_order (number varchar_pattern_ops)",
)
EMAIL = (
    "DROP INDEX IF EXISTS orders_ordercontact_email_c4d25ed5_like",
    "CREATE INDEX orders_ordercontact_email_c4d25ed5_like ON orders_ordercontact (email varchar_pattern_ops)",
)
LINES = (
    "DROP INDEX IF EXISTS orders_orderline_order_id_17f8f3ef",
    "CREATE INDEX orders_orderline_order_id_17f8f3ef ON orders_orderline (order_id)",
)
ORDER_OF_LINE = models.ForeignKey(
    db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="orders.order"
)


class Migration(migrations.Migration):
    dependencies = [("orders", "0008_labels")]

    operations = [
        migrations.RunSQL(*NUMBER),
        migrations.RunSQL(*EMAIL),
        migrations.RunSQL(
            *LINES, state_operations=[migrations.AlterField(model_name="orderline", name="order", field=ORDER_OF_LINE)]
        ),
    ]
