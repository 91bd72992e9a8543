"""Reserving in one statement, a faster look at what crossed a threshold, and the most that a warehouse holds of a variant."""

from django.db import migrations, models

# For a statement that commits by itself: it takes back what its caller would have to roll back (an answer that says `short` leaves
# nothing) or to announce (NULL leaves nothing; do it again in a transaction).
RESERVE_ALONE = """
CREATE FUNCTION inventory_reserve_alone(p_reference text, p_variants uuid[], p_quantities bigint[], p_seconds integer)
RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    answer jsonb;
BEGIN
    BEGIN
        answer := inventory_reserve(p_reference, p_variants, p_quantities, p_seconds);
        IF answer ->> 'outcome' = 'short' OR answer -> 'crossed' <> '[]' THEN
            RAISE EXCEPTION 'taken back';
        END IF;
    EXCEPTION WHEN raise_exception THEN
        IF answer ->> 'outcome' <> 'short' THEN
            RETURN NULL;
        END IF;
    END;
    RETURN answer;
END $$;
"""

# As in 0003, but so that plans are kept, which cost several times what they do: PostgreSQL plans the body of an SQL function anew in
# every call from another function, and a statement with an array in it as long as a plan for this very array looks better than one for
# any. ARRAY() makes them look the same.
LOCK_ITEMS = """
CREATE OR REPLACE FUNCTION inventory_lock_items(p_variants uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM inventory_stockitem WHERE variant_id = ANY (ARRAY(SELECT unnest(p_variants)))
    ORDER BY variant_id FOR NO KEY UPDATE;
END $$;
"""
SETTLE = """
CREATE OR REPLACE FUNCTION inventory_settle(p_variants uuid[]) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    crossings jsonb;
BEGIN
    WITH stock AS (
        SELECT item.variant_id, item.low_threshold,
               coalesce(sum(level.on_hand - level.reserved) FILTER (WHERE warehouse.is_active), 0) AS available
        FROM inventory_stockitem item
        LEFT JOIN inventory_stocklevel level ON level.variant_id = item.variant_id
        LEFT JOIN inventory_warehouse warehouse ON warehouse.id = level.warehouse_id
        WHERE item.variant_id = ANY (ARRAY(SELECT unnest(p_variants)))
        GROUP BY item.variant_id
    ), judged AS (
        SELECT variant_id, available,
               CASE WHEN available = 0 THEN 'out' WHEN available <= low_threshold THEN 'low' ELSE 'in' END AS status
        FROM stock
    ), crossed AS (
        UPDATE inventory_stockitem item SET status = judged.status, version = item.version + 1
        FROM judged
        WHERE item.variant_id = judged.variant_id AND item.status <> judged.status
        RETURNING judged.variant_id, judged.status, judged.available, item.version
    )
    SELECT coalesce(jsonb_agg(crossed ORDER BY variant_id), '[]') INTO crossings FROM crossed;
    RETURN crossings;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("inventory", "0004_movements_of_staff")]

    operations = [
        migrations.RunSQL([LOCK_ITEMS, SETTLE], migrations.RunSQL.noop),
        migrations.RunSQL(RESERVE_ALONE, "DROP FUNCTION inventory_reserve_alone(text, uuid[], bigint[], integer);"),
        migrations.AddConstraint(
            model_name="stocklevel",
            constraint=models.CheckConstraint(
                condition=models.Q(("on_hand__lte", 1_000_000_000)), name="inventory_level_at_most"
            ),
        ),
    ]
