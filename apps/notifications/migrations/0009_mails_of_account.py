"""Finds the mails about one account."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("notifications", "0008_account_bounces")]

    operations = [
        AddIndexConcurrently(
            model_name="accountmail",
            index=models.Index(fields=["customer_id", "id"], name="notifications_account_mails"),
        ),
    ]
