"""The rows there are keep the rules of translations too; looking at them holds nobody up."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("catalog", "0007_translations")]
    operations = [
        ValidateConstraint(model_name="category", name="catalog_category_names"),
        ValidateConstraint(model_name="product", name="catalog_product_translations"),
    ]
