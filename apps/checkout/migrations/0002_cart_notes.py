"""What a shopper is told of a cart."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("checkout", "0001_initial")]
    operations = [migrations.AddField(model_name="cart", name="notes", field=models.JSONField(null=True))]
