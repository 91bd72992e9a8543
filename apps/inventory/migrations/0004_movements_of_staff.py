"""Kinds of movement that staff make, and the function behind them.

A repeat of the same `operation` (the id that a form or a request carries) moves nothing: its movements are found by `shipment_id`, which
is unique per variant and warehouse.
"""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

# Outcomes: moved, repeated, below (a level would fall below what is reserved of it; nothing moved).
# `p_levels` are ids for levels that do not exist yet. Locks as in 0003: items by variant, and with them their levels.
MOVE = """
CREATE FUNCTION inventory_move(
    p_kind text, p_levels uuid[], p_variants uuid[], p_warehouses uuid[], p_changes integer[],
    p_reason text, p_actor text, p_operation uuid
) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    below jsonb;
BEGIN
    INSERT INTO inventory_stockitem (variant_id)
    SELECT DISTINCT variant_id FROM unnest(p_variants) AS variant_id ORDER BY variant_id
    ON CONFLICT (variant_id) DO NOTHING;
    PERFORM inventory_lock_items(p_variants);

    IF EXISTS (SELECT FROM inventory_stockmovement WHERE shipment_id = p_operation) THEN
        RETURN jsonb_build_object('outcome', 'repeated', 'crossed', '[]'::jsonb);
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
    atomic = False
    dependencies = [("inventory", "0003_functions")]

    operations = [
        migrations.RunSQL(
            MOVE, "DROP FUNCTION inventory_move(text, uuid[], uuid[], uuid[], integer[], text, text, uuid);"
        ),
        migrations.AlterField(
            model_name="stockmovement",
            name="kind",
            field=models.CharField(
                choices=[
                    ("set", "Set"),
                    ("shipment", "Shipment"),
                    ("adjust", "Adjustment"),
                    ("receive", "Delivery"),
                    ("transfer", "Transfer"),
                ],
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="stockmovement",
            name="shipment_id",
            field=models.UUIDField(help_text="The parcel, or the operation of staff, that moved it.", null=True),
        ),
        migrations.AlterModelOptions(
            name="stocklevel",
            options={"permissions": [("move_stock", "Can receive, adjust, transfer and count stock")]},
        ),
        AddIndexConcurrently(
            model_name="stockitem",
            index=models.Index(
                condition=models.Q(status__in=["out", "low"]),
                fields=["status", "variant_id"],
                name="inventory_item_scarce",
            ),
        ),
    ]
