"""Which variants are low. `manage.py rebuild_search` fills it in for those that are low already; else it follows from their next change."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("search", "0005_translations")]
    operations = [
        migrations.AddField(
            model_name="indexedavailability",
            name="is_low",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
