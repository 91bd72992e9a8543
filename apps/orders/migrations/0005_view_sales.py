"""The right to see sales figures without seeing orders and buyers."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("orders", "0004_staff_lists")]

    operations = [
        migrations.AlterModelOptions(
            name="order",
            options={
                "default_permissions": ("view",),
                "permissions": [
                    ("ship_order", "Can ship orders and mark them delivered"),
                    ("cancel_order", "Can cancel orders"),
                    ("refund_order", "Can refund orders"),
                    ("view_sales", "Can see sales figures"),
                ],
            },
        ),
    ]
