"""Sign-ins end with the password they began with."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        # Empty for sign-ins from before: they match no password and have to be made again.
        migrations.AddField(
            model_name="refreshfamily",
            name="auth_hash",
            field=models.CharField(default="", max_length=64),
            preserve_default=False,
        ),
    ]
