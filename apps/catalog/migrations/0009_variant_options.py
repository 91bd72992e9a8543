"""A variant's options are texts by name; a list or a number in their place broke every page that shows them.

Checked for new rows only, which needs no look at the old ones; the next migration looks.
"""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

from apps.persistence.jsonb import is_object, never


class Migration(migrations.Migration):
    dependencies = [("catalog", "0008_translations_checked")]
    operations = [
        AddConstraintNotValid(
            model_name="variant",
            constraint=models.CheckConstraint(
                name="catalog_variant_options",
                condition=is_object("options") & never("options", '$.* ? (@.type() != "string")'),
                violation_error_message='Options give each option of the product one value, such as {"Size": "M"}.',
            ),
        ),
    ]
