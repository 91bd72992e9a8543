"""Expired refresh tokens are found without reading the live ones."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0002_password_of_sign_ins")]

    operations = [
        AddIndexConcurrently(
            model_name="refreshtoken",
            index=models.Index(fields=["expires_at"], name="accounts_refresh_expiry"),
        ),
    ]
