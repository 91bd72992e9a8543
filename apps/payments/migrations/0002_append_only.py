"""The ledger of payments is append-only."""

from django.db import migrations

from apps.persistence.operations import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial")]
    operations = [AppendOnly("payments_paymenttransaction")]
