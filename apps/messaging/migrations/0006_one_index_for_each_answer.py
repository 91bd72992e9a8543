"""Answers are found by their whole reference: the index for LIKE that Django adds to every key of text costs each of them WAL."""

from django.db import migrations

DROP = "DROP INDEX IF EXISTS messaging_idempotencyrecord_reference_fb3a075f_like"
CREATE = (
    "CREATE INDEX messaging_idempotencyrecord_reference_fb3a075f_like"
    " ON messaging_idempotencyrecord (reference varchar_pattern_ops)"
)


class Migration(migrations.Migration):
    dependencies = [("messaging", "0005_audit")]

    operations = [migrations.RunSQL(DROP, CREATE)]
