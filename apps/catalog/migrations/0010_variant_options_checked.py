"""The variants there are keep the rule of options too; looking at them holds nobody up."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("catalog", "0009_variant_options")]
    operations = [ValidateConstraint(model_name="variant", name="catalog_variant_options")]
