"""Indexes that keep the lists of staff quick: what waits, orders with a SKU, parcels by tracking number."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("orders", "0003_line_options")]

    operations = [
        AddIndexConcurrently(
            model_name="order",
            index=models.Index(
                F("status"),
                F("placed_at").desc(),
                F("id").desc(),
                name="orders_order_waiting",
                condition=Q(status__in=["awaiting_payment", "processing"]),
            ),
        ),
        AddIndexConcurrently(model_name="orderline", index=models.Index(fields=["sku"], name="orders_line_of_sku")),
        AddIndexConcurrently(
            model_name="shipment",
            index=models.Index(
                fields=["tracking_number"], name="orders_shipment_tracking", condition=~Q(tracking_number="")
            ),
        ),
    ]
