"""Mails are found by their whole Message-ID: the index for LIKE that Django adds to every unique text costs each of them WAL."""

from django.db import migrations

DROP = "DROP INDEX IF EXISTS notifications_outboundmail_message_id_0eed0029_like"
CREATE = (
    "CREATE INDEX notifications_outboundmail_message_id_0eed0029_like"
    " ON notifications_outboundmail (message_id varchar_pattern_ops)"
)


class Migration(migrations.Migration):
    dependencies = [("notifications", "0006_transfer_mails")]

    operations = [migrations.RunSQL(DROP, CREATE)]
