"""The right to see amounts of money: who packs an order need not know what it cost."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("orders", "0005_view_sales")]

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
                    ("view_money", "Can see what orders cost"),
                ],
            },
        ),
    ]
