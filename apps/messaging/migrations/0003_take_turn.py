"""A turn and the answer that is stored, in one round trip: each statement of a function sees what was committed before it."""

from django.db import migrations

CREATE = """
    CREATE FUNCTION messaging_take_turn(lock bigint, wanted text)
    RETURNS TABLE (taken boolean, fingerprint text, status smallint, body text, headers jsonb) LANGUAGE plpgsql AS $$
    BEGIN
        taken := pg_try_advisory_lock(lock);
        IF taken THEN
            SELECT record.fingerprint, record.status, record.body, record.headers INTO fingerprint, status, body, headers
            FROM messaging_idempotencyrecord record WHERE record.reference = wanted;
        END IF;
        RETURN NEXT;
    END $$
"""
DROP = "DROP FUNCTION messaging_take_turn(bigint, text)"


class Migration(migrations.Migration):
    dependencies = [("messaging", "0002_shards")]
    operations = [migrations.RunSQL(CREATE, DROP)]
