"""A movement of staff under the name of another one is refused, where it was taken for a repeat of it."""

from django.db import migrations

# Outcomes: moved, repeated, other (this operation moved something else; nothing moved), below. The lock on the operation comes first
# of all: two movements of different variants have no other in common.
MOVE = """
CREATE OR REPLACE FUNCTION inventory_move(
    p_kind text, p_levels uuid[], p_variants uuid[], p_warehouses uuid[], p_changes integer[],
    p_reason text, p_actor text, p_operation uuid
) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    below jsonb;
    is_same boolean;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('inventory_move:' || p_operation, 0));
    INSERT INTO inventory_stockitem (variant_id)
    SELECT DISTINCT variant_id FROM unnest(p_variants) AS variant_id ORDER BY variant_id
    ON CONFLICT (variant_id) DO NOTHING;
    PERFORM inventory_lock_items(p_variants);

    IF EXISTS (SELECT FROM inventory_stockmovement WHERE shipment_id = p_operation) THEN
        SELECT bool_and((done.kind, done.quantity) IS NOT DISTINCT FROM (p_kind, wanted.change)) INTO is_same
        FROM (SELECT * FROM inventory_stockmovement WHERE shipment_id = p_operation) AS done
        FULL JOIN unnest(p_variants, p_warehouses, p_changes) AS wanted (variant_id, warehouse_id, change)
        USING (variant_id, warehouse_id);
        RETURN jsonb_build_object('outcome', CASE WHEN is_same THEN 'repeated' ELSE 'other' END, 'crossed', '[]'::jsonb);
    END IF;

    INSERT INTO inventory_stocklevel (id, variant_id, warehouse_id)
    SELECT id, variant_id, warehouse_id FROM unnest(p_levels, p_variants, p_warehouses) AS new (id, variant_id, warehouse_id)
    ON CONFLICT (variant_id, warehouse_id) DO NOTHING;

    SELECT jsonb_agg(jsonb_build_object('reserved', level.reserved, 'on_hand', level.on_hand + wanted.change))
    INTO below
    FROM unnest(p_variants, p_warehouses, p_changes) AS wanted (variant_id, warehouse_id, change)
    JOIN inventory_stocklevel level USING (variant_id, warehouse_id)
    WHERE level.on_hand + wanted.change < level.reserved;
    IF below IS NOT NULL THEN
        RETURN jsonb_build_object('outcome', 'below', 'below', below);
    END IF;

    UPDATE inventory_stocklevel level SET on_hand = level.on_hand + wanted.change
    FROM unnest(p_variants, p_warehouses, p_changes) AS wanted (variant_id, warehouse_id, change)
    WHERE level.variant_id = wanted.variant_id AND level.warehouse_id = wanted.warehouse_id;
    INSERT INTO inventory_stockmovement (variant_id, warehouse_id, kind, quantity, reason, actor, shipment_id)
    SELECT variant_id, warehouse_id, p_kind, change, p_reason, p_actor, p_operation
    FROM unnest(p_variants, p_warehouses, p_changes) AS wanted (variant_id, warehouse_id, change);
    RETURN jsonb_build_object('outcome', 'moved', 'crossed', inventory_settle(p_variants));
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("inventory", "0006_movements_of_kind")]

    operations = [migrations.RunSQL(MOVE, migrations.RunSQL.noop)]
