"""The functions that change stock, one round trip each.

All of them take locks in one order, so that no two can deadlock: reservations by reference, then stock items by variant. Whoever
holds an item's lock owns all levels of that variant. Each statement of a PL/pgSQL function sees what was committed while the one
before it waited for a lock (PostgreSQL manual, 13.2.1), which is why locking and reading are separate statements here.
"""

from django.db import migrations

# Quantities summed per variant, both arrays in variant order: the canonical form of a request's lines.
SUM_LINES = """
CREATE FUNCTION inventory_sum_lines(INOUT variants uuid[], INOUT quantities bigint[]) LANGUAGE sql IMMUTABLE AS $$
    SELECT array_agg(variant_id ORDER BY variant_id), array_agg(quantity ORDER BY variant_id)
    FROM (
        SELECT variant_id, sum(quantity)::bigint AS quantity
        FROM unnest(variants, quantities) AS line (variant_id, quantity)
        GROUP BY variant_id
    ) AS summed
$$;
"""

LOCK_ITEMS = """
CREATE FUNCTION inventory_lock_items(p_variants uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM inventory_stockitem WHERE variant_id = ANY (p_variants) ORDER BY variant_id FOR NO KEY UPDATE;
END $$;
"""

# Bring each item's status up to date; the caller holds the items' locks. Returns the crossings, for the events.
SETTLE = """
CREATE FUNCTION inventory_settle(p_variants uuid[]) RETURNS jsonb LANGUAGE sql AS $$
    WITH stock AS (
        SELECT item.variant_id, item.low_threshold,
               coalesce(sum(level.on_hand - level.reserved) FILTER (WHERE warehouse.is_active), 0) AS available
        FROM inventory_stockitem item
        LEFT JOIN inventory_stocklevel level ON level.variant_id = item.variant_id
        LEFT JOIN inventory_warehouse warehouse ON warehouse.id = level.warehouse_id
        WHERE item.variant_id = ANY (p_variants)
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
    SELECT coalesce(jsonb_agg(crossed ORDER BY variant_id), '[]') FROM crossed
$$;
"""

# Outcomes: taken, held (a repeat), lost, mismatch, short. After `short` the caller rolls back: the reservation row is written.
RESERVE = """
CREATE FUNCTION inventory_reserve(p_reference text, p_variants uuid[], p_quantities bigint[], p_seconds integer)
RETURNS jsonb LANGUAGE plpgsql SET lock_timeout = '3s' AS $$
DECLARE
    wanted record;
    print text;
    held inventory_stockreservation;
    until timestamptz := statement_timestamp() + make_interval(secs => p_seconds);
    short jsonb;
    line_count integer;
    level_count integer;
BEGIN
    SELECT * INTO wanted FROM inventory_sum_lines(p_variants, p_quantities);
    print := encode(sha256(convert_to(wanted.variants::text || wanted.quantities::text, 'UTF8')), 'hex');

    INSERT INTO inventory_stockreservation (reference, status, fingerprint, expires_at)
    VALUES (p_reference, 'reserved', print, until)
    ON CONFLICT (reference) DO NOTHING
    RETURNING * INTO held;
    IF NOT FOUND THEN
        UPDATE inventory_stockreservation SET expires_at = greatest(expires_at, until)
        WHERE reference = p_reference AND status = 'reserved' AND fingerprint = print;
        SELECT * INTO held FROM inventory_stockreservation WHERE reference = p_reference;
        RETURN jsonb_build_object(
            'outcome', CASE WHEN held.status = 'released' THEN 'lost' WHEN held.fingerprint <> print THEN 'mismatch' ELSE 'held' END,
            'status', held.status, 'expires_at', held.expires_at, 'crossed', '[]'::jsonb,
            'lines', (SELECT jsonb_object(wanted.variants::text[], wanted.quantities::text[])));
    END IF;

    PERFORM inventory_lock_items(wanted.variants);

    SELECT jsonb_agg(jsonb_build_object('variant_id', variant_id, 'requested', quantity, 'available', available) ORDER BY variant_id)
    INTO short
    FROM (
        SELECT line.variant_id, line.quantity,
               coalesce(sum(level.on_hand - level.reserved) FILTER (WHERE warehouse.is_active), 0) AS available
        FROM unnest(wanted.variants, wanted.quantities) AS line (variant_id, quantity)
        LEFT JOIN inventory_stocklevel level ON level.variant_id = line.variant_id
        LEFT JOIN inventory_warehouse warehouse ON warehouse.id = level.warehouse_id
        GROUP BY line.variant_id, line.quantity
    ) AS stock
    WHERE available < quantity;
    IF short IS NOT NULL THEN
        RETURN jsonb_build_object('outcome', 'short', 'short', short);
    END IF;

    INSERT INTO inventory_reservationline (reservation_id, variant_id, warehouse_id, quantity)
    SELECT p_reference, variant_id, warehouse_id, least(available, quantity - before)
    FROM (
        SELECT line.variant_id, line.quantity, level.warehouse_id, level.on_hand - level.reserved AS available,
               coalesce(sum(level.on_hand - level.reserved) OVER preferred, 0) AS before
        FROM unnest(wanted.variants, wanted.quantities) AS line (variant_id, quantity)
        JOIN inventory_stocklevel level ON level.variant_id = line.variant_id AND level.on_hand > level.reserved
        JOIN inventory_warehouse warehouse ON warehouse.id = level.warehouse_id AND warehouse.is_active
        WINDOW preferred AS (PARTITION BY line.variant_id ORDER BY warehouse.priority, warehouse.code
                             ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
    ) AS stock
    WHERE before < quantity;
    GET DIAGNOSTICS line_count = ROW_COUNT;

    UPDATE inventory_stocklevel level SET reserved = level.reserved + line.quantity
    FROM inventory_reservationline line
    WHERE line.reservation_id = p_reference
      AND level.variant_id = line.variant_id AND level.warehouse_id = line.warehouse_id
      AND level.on_hand - level.reserved >= line.quantity;
    GET DIAGNOSTICS level_count = ROW_COUNT;
    IF level_count <> line_count THEN
        RAISE EXCEPTION 'stock of % changed without the lock of its item', p_reference USING ERRCODE = 'serialization_failure';
    END IF;

    RETURN jsonb_build_object(
        'outcome', 'taken', 'status', held.status, 'expires_at', held.expires_at, 'crossed', inventory_settle(wanted.variants),
        'lines', (SELECT jsonb_object(wanted.variants::text[], wanted.quantities::text[])));
END $$;
"""

# Give back what has not left of each reservation; a reference without one becomes a tombstone. Returns the crossings.
RELEASE = """
CREATE FUNCTION inventory_release(p_references text[]) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    held text[];
    variants uuid[];
BEGIN
    INSERT INTO inventory_stockreservation (reference, status)
    SELECT reference, 'released' FROM unnest(p_references) AS reference ORDER BY reference
    ON CONFLICT (reference) DO NOTHING;

    SELECT array_agg(reference) INTO held FROM (
        SELECT reference FROM inventory_stockreservation
        WHERE reference = ANY (p_references) AND status IN ('reserved', 'allocated')
        ORDER BY reference FOR NO KEY UPDATE
    ) AS locked;

    SELECT array_agg(DISTINCT variant_id) INTO variants
    FROM inventory_reservationline WHERE reservation_id = ANY (held) AND shipped < quantity;
    PERFORM inventory_lock_items(variants);

    UPDATE inventory_stocklevel level SET reserved = level.reserved - freed.quantity
    FROM (
        SELECT variant_id, warehouse_id, sum(quantity - shipped) AS quantity
        FROM inventory_reservationline WHERE reservation_id = ANY (held)
        GROUP BY variant_id, warehouse_id
    ) AS freed
    WHERE level.variant_id = freed.variant_id AND level.warehouse_id = freed.warehouse_id AND freed.quantity > 0;

    UPDATE inventory_stockreservation SET status = 'released', expires_at = NULL WHERE reference = ANY (held);
    RETURN inventory_settle(variants);
END $$;
"""

# Outcomes: shipped, repeated, lost, unallocated, mismatch (the shipment's id was used for other lines), excess.
SHIP = """
CREATE FUNCTION inventory_ship(p_reference text, p_shipment uuid, p_variants uuid[], p_quantities bigint[])
RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    wanted record;
    earlier record;
    held text;
    excess jsonb;
BEGIN
    SELECT * INTO wanted FROM inventory_sum_lines(p_variants, p_quantities);
    SELECT status INTO held FROM inventory_stockreservation WHERE reference = p_reference FOR NO KEY UPDATE;

    SELECT summed.* INTO earlier FROM (
        SELECT array_agg(variant_id) AS variants, array_agg(-quantity::bigint) AS quantities
        FROM inventory_stockmovement WHERE shipment_id = p_shipment AND reference = p_reference
    ) AS moved, inventory_sum_lines(moved.variants, moved.quantities) AS summed;
    IF earlier.variants IS NOT NULL THEN
        RETURN jsonb_build_object('outcome', CASE WHEN earlier = wanted THEN 'repeated' ELSE 'mismatch' END);
    END IF;
    IF held IS NULL OR held = 'released' THEN
        RETURN jsonb_build_object('outcome', 'lost');
    ELSIF held = 'reserved' THEN
        RETURN jsonb_build_object('outcome', 'unallocated');
    END IF;

    SELECT jsonb_agg(jsonb_build_object('variant_id', variant_id, 'requested', quantity, 'available', open) ORDER BY variant_id)
    INTO excess
    FROM (
        SELECT wish.variant_id, wish.quantity, coalesce(sum(line.quantity - line.shipped), 0) AS open
        FROM unnest(wanted.variants, wanted.quantities) AS wish (variant_id, quantity)
        LEFT JOIN inventory_reservationline line ON line.reservation_id = p_reference AND line.variant_id = wish.variant_id
        GROUP BY wish.variant_id, wish.quantity
    ) AS promised
    WHERE quantity > open;
    IF excess IS NOT NULL THEN
        RETURN jsonb_build_object('outcome', 'excess', 'short', excess);
    END IF;

    PERFORM inventory_lock_items(wanted.variants);

    WITH parcel AS (
        SELECT variant_id, warehouse_id, least(open, wish - before)::integer AS quantity
        FROM (
            SELECT line.variant_id, line.warehouse_id, wish.quantity AS wish, line.quantity - line.shipped AS open,
                   coalesce(sum(line.quantity - line.shipped) OVER preferred, 0) AS before
            FROM unnest(wanted.variants, wanted.quantities) AS wish (variant_id, quantity)
            JOIN inventory_reservationline line ON line.variant_id = wish.variant_id AND line.shipped < line.quantity
            JOIN inventory_warehouse warehouse ON warehouse.id = line.warehouse_id
            WHERE line.reservation_id = p_reference
            WINDOW preferred AS (PARTITION BY line.variant_id ORDER BY warehouse.priority, warehouse.code
                                 ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
        ) AS promised
        WHERE before < wish
    ), sent AS (
        UPDATE inventory_reservationline line SET shipped = line.shipped + parcel.quantity
        FROM parcel
        WHERE line.reservation_id = p_reference
          AND line.variant_id = parcel.variant_id AND line.warehouse_id = parcel.warehouse_id
    ), gone AS (
        UPDATE inventory_stocklevel level
        SET on_hand = level.on_hand - parcel.quantity, reserved = level.reserved - parcel.quantity
        FROM parcel
        WHERE level.variant_id = parcel.variant_id AND level.warehouse_id = parcel.warehouse_id
    )
    INSERT INTO inventory_stockmovement (variant_id, warehouse_id, kind, quantity, reason, reference, shipment_id)
    SELECT variant_id, warehouse_id, 'shipment', -quantity, 'shipment', p_reference, p_shipment FROM parcel;

    UPDATE inventory_stockreservation SET status = 'shipped'
    WHERE reference = p_reference
      AND NOT EXISTS (SELECT FROM inventory_reservationline WHERE reservation_id = p_reference AND shipped < quantity);
    RETURN jsonb_build_object('outcome', 'shipped');
END $$;
"""

# Set on_hand of many variants in one warehouse; a level with more reserved is left alone. `p_levels` are ids for new levels.
SET_ON_HAND = """
CREATE FUNCTION inventory_set_on_hand(
    p_warehouse uuid, p_levels uuid[], p_variants uuid[], p_on_hand integer[], p_reason text, p_actor text
) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    levels jsonb;
BEGIN
    INSERT INTO inventory_stockitem (variant_id) SELECT variant_id FROM unnest(p_variants) AS variant_id ORDER BY variant_id
    ON CONFLICT (variant_id) DO NOTHING;
    PERFORM inventory_lock_items(p_variants);

    INSERT INTO inventory_stocklevel (id, variant_id, warehouse_id)
    SELECT id, variant_id, p_warehouse FROM unnest(p_levels, p_variants) AS new (id, variant_id)
    ON CONFLICT (variant_id, warehouse_id) DO NOTHING;

    WITH target AS (
        SELECT level.id, level.variant_id, level.on_hand AS before, level.reserved,
               CASE WHEN level.reserved > wanted.on_hand THEN level.on_hand ELSE wanted.on_hand END AS on_hand
        FROM unnest(p_variants, p_on_hand) AS wanted (variant_id, on_hand)
        JOIN inventory_stocklevel level ON level.variant_id = wanted.variant_id AND level.warehouse_id = p_warehouse
    ), changed AS (
        UPDATE inventory_stocklevel level SET on_hand = target.on_hand
        FROM target WHERE level.id = target.id AND target.on_hand <> target.before
    ), moved AS (
        INSERT INTO inventory_stockmovement (variant_id, warehouse_id, kind, quantity, reason, actor)
        SELECT variant_id, p_warehouse, 'set', on_hand - before, p_reason, p_actor FROM target WHERE on_hand <> before
    )
    SELECT jsonb_agg(to_jsonb(target) - 'id') INTO levels FROM target;
    RETURN jsonb_build_object('levels', levels, 'crossed', inventory_settle(p_variants));
END $$;
"""


def function(sql, signature):
    return migrations.RunSQL(sql, f"DROP FUNCTION {signature};")


class Migration(migrations.Migration):
    dependencies = [("inventory", "0002_storage")]
    operations = [
        function(SUM_LINES, "inventory_sum_lines(uuid[], bigint[])"),
        function(LOCK_ITEMS, "inventory_lock_items(uuid[])"),
        function(SETTLE, "inventory_settle(uuid[])"),
        function(RESERVE, "inventory_reserve(text, uuid[], bigint[], integer)"),
        function(RELEASE, "inventory_release(text[])"),
        function(SHIP, "inventory_ship(text, uuid, uuid[], bigint[])"),
        function(SET_ON_HAND, "inventory_set_on_hand(uuid, uuid[], uuid[], integer[], text, text)"),
    ]
