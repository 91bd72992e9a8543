"""What was sold in the words of the buyer's language; blank where these are the shop's own, as in all orders before."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0006_view_money"),
    ]

    operations = [
        migrations.AddField(
            model_name="orderline",
            name="sold_options",
            field=models.JSONField(db_default=[], default=list),
        ),
        migrations.AddField(
            model_name="orderline",
            name="sold_title",
            field=models.CharField(blank=True, db_default="", default="", max_length=600),
        ),
    ]
