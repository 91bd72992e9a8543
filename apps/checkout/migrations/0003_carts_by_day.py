"""An index of the carts by when they were begun: the opening page of staff counts those of the last days."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("checkout", "0002_cart_notes")]

    operations = [
        AddIndexConcurrently(
            model_name="cart",
            index=models.Index(fields=["created_at"], include=["status"], name="checkout_cart_begun"),
        ),
    ]
