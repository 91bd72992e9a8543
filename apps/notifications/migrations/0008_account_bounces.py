"""Bounces of mails about accounts, beside those about orders and stock."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0007_one_index_for_each_mail"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="bounce",
            name="notifications_bounce_of_one_mail",
        ),
        migrations.AddField(
            model_name="bounce",
            name="account_mail",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="bounces",
                to="notifications.accountmail",
            ),
        ),
        migrations.AddConstraint(
            model_name="bounce",
            constraint=models.UniqueConstraint(
                fields=("account_mail", "status"), name="notifications_account_bounce_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="bounce",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("account_mail__isnull", True), ("mail__isnull", False), ("stock_notice__isnull", True)),
                    models.Q(("account_mail__isnull", True), ("mail__isnull", True), ("stock_notice__isnull", False)),
                    models.Q(("account_mail__isnull", False), ("mail__isnull", True), ("stock_notice__isnull", True)),
                    _connector="OR",
                ),
                name="notifications_bounce_of_one_mail",
            ),
        ),
    ]
