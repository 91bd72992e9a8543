"""A city may be empty: some countries write none."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_browser_sessions"),
    ]

    operations = [
        migrations.AlterField(
            model_name="savedaddress",
            name="city",
            field=models.CharField(blank=True, max_length=100),
        ),
    ]
