-- A shop of some years: copies of what the benchmark bought and imported before, numbers :first to :rows of each kind, in the throw-away
-- database alone.
-- Each copy is one row of the table with some columns set, so that new columns need no change here.

CREATE FUNCTION pg_temp.named(kind text, n int) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5(kind || n)::uuid $$;

-- One order of 50 is the regular's; one of 100 waits for the warehouse, one of 500 for its money, the others have arrived.
INSERT INTO orders_order
SELECT made.*
FROM (SELECT * FROM orders_order WHERE status = 'processing' LIMIT 1) found, generate_series(:first, :rows) n,
    LATERAL (SELECT n % 500 = 0 AS waits, n % 100 = 1 AS packs) is_one,
    LATERAL jsonb_populate_record(NULL::orders_order, to_jsonb(found) || jsonb_build_object(
        'id', pg_temp.named('order', n), 'number', 'B' || n, 'cart_id', pg_temp.named('cart', n), 'reservation', 'bench-' || n,
        'customer_id', NULL, 'placed_at', now() - n * interval '8 minutes',
        'status', CASE WHEN waits THEN 'awaiting_payment' WHEN packs THEN 'processing' ELSE 'delivered' END,
        'payment_status', CASE WHEN waits THEN 'unpaid' ELSE 'paid' END,
        'fulfilment_status', CASE WHEN waits OR packs THEN 'unfulfilled' ELSE 'delivered' END,
        'paid_amount', CASE WHEN waits THEN 0 ELSE found.total_amount END,
        'payment_id', CASE WHEN NOT waits THEN pg_temp.named('payment', n) END,
        'shipped_count', CASE WHEN waits OR packs THEN 0 ELSE found.item_count END)) made;

INSERT INTO orders_ordercontact
SELECT made.*
FROM (SELECT * FROM orders_ordercontact LIMIT 1) found, generate_series(:first, :rows) n,
    LATERAL jsonb_populate_record(NULL::orders_ordercontact, to_jsonb(found) || jsonb_build_object(
        'order_id', pg_temp.named('order', n), 'billing_address', found.billing_address || jsonb_build_object('last_name', 'Family' || n),
        'email', CASE WHEN n % 50 = 3 THEN 'regular@example.com' ELSE 'buyer' || n || '@example.com' END)) made;

INSERT INTO orders_orderline
SELECT made.*
FROM (SELECT * FROM orders_orderline LIMIT 1) found, generate_series(:first, :rows) n, generate_series(0, 1) place,
    LATERAL jsonb_populate_record(NULL::orders_orderline, to_jsonb(found) || jsonb_build_object(
        'id', pg_temp.named('line' || place, n), 'order_id', pg_temp.named('order', n), 'position', place,
        'sku', 'BENCH-' || CASE place WHEN 0 THEN n ELSE (:rows / 2 + n % 200) END)) made;

INSERT INTO orders_shipment (id, order_id, reference, tracking_number, carrier, tracking_url, shipped_at)
SELECT pg_temp.named('parcel', n), pg_temp.named('order', n), 'bench-' || n, 'TRACK-' || n, 'DHL', '', now()
FROM generate_series(:first, :rows) n WHERE n % 500 <> 0 AND n % 100 <> 1;

INSERT INTO payments_payment
SELECT made.*
FROM (SELECT * FROM payments_payment WHERE status = 'succeeded' LIMIT 1) found, generate_series(:first, :rows) n,
    LATERAL jsonb_populate_record(NULL::payments_payment, to_jsonb(found) || jsonb_build_object(
        'id', pg_temp.named('payment', n), 'order_id', pg_temp.named('order', n), 'customer_id', NULL,
        'intent_id', 'pi_bench_' || n, 'session_id', 'cs_bench_' || n, 'created_at', now() - n * interval '8 minutes')) made
WHERE n % 500 <> 0;

INSERT INTO checkout_cart
SELECT made.*
FROM (SELECT * FROM checkout_cart WHERE status = 'placed' LIMIT 1) found, generate_series(:first, :rows) n,
    LATERAL jsonb_populate_record(NULL::checkout_cart, to_jsonb(found) || jsonb_build_object(
        'id', pg_temp.named('cart', n), 'customer_id', NULL, 'holder_id', pg_temp.named('holder', n),
        'status', CASE WHEN n % 3 = 0 THEN 'placed' ELSE 'open' END,
        'closed_at', CASE WHEN n % 3 = 0 THEN now() END, 'created_at', now() - n % 43200 * interval '1 minute')) made;

INSERT INTO catalog_product
SELECT made.*
FROM (SELECT * FROM catalog_product WHERE status = 'published' LIMIT 1) found, generate_series(:first, :rows) n,
    LATERAL jsonb_populate_record(NULL::catalog_product, to_jsonb(found) || jsonb_build_object(
        'id', pg_temp.named('product', n), 'slug', 'bench-' || n, 'title', 'Bench ' || n || ' jacket')) made;

INSERT INTO catalog_variant
SELECT made.*
FROM (SELECT * FROM catalog_variant LIMIT 1) found, generate_series(:first, :rows) n,
    LATERAL jsonb_populate_record(NULL::catalog_variant, to_jsonb(found) || jsonb_build_object(
        'id', pg_temp.named('variant', n), 'product_id', pg_temp.named('product', n), 'sku', 'BENCH-' || n, 'image_id', NULL,
        'position', 0)) made;

-- One variant of 200 is low, one of 500 sold out.
INSERT INTO inventory_stockitem
SELECT made.*
FROM (SELECT * FROM inventory_stockitem WHERE status NOT IN ('low', 'out') LIMIT 1) found, generate_series(:first, :rows) n,
    LATERAL jsonb_populate_record(NULL::inventory_stockitem, to_jsonb(found) || jsonb_build_object(
        'variant_id', pg_temp.named('variant', n),
        'status', CASE WHEN n % 500 = 7 THEN 'out' WHEN n % 200 = 5 THEN 'low' ELSE found.status END)) made;

INSERT INTO inventory_stocklevel
SELECT made.*
FROM (SELECT * FROM inventory_stocklevel LIMIT 1) found, generate_series(:first, :rows) n,
    LATERAL jsonb_populate_record(NULL::inventory_stocklevel, to_jsonb(found) || jsonb_build_object(
        'id', pg_temp.named('level', n), 'variant_id', pg_temp.named('variant', n), 'reserved', 0,
        'on_hand', CASE WHEN n % 500 = 7 THEN 0 WHEN n % 200 = 5 THEN 2 ELSE 100 END)) made;

INSERT INTO inventory_stockmovement (variant_id, warehouse_id, kind, quantity, reason, actor, reference, created_at)
SELECT pg_temp.named('variant', n), found.warehouse_id, CASE WHEN n % 1000 = 9 THEN 'adjust' ELSE 'set' END, 100, 'bench', '', '', now()
FROM (SELECT warehouse_id FROM inventory_stocklevel LIMIT 1) found, generate_series(:first, :rows) n;

INSERT INTO accounts_user
SELECT made.*
FROM (SELECT * FROM accounts_user LIMIT 1) found, generate_series(:first, :rows) n,
    LATERAL jsonb_populate_record(NULL::accounts_user, to_jsonb(found) || jsonb_build_object(
        'id', pg_temp.named('person', n), 'email', 'buyer' || n || '@example.com', 'is_staff', false, 'is_superuser', false,
        'date_joined', now() - n * interval '5 minutes')) made;
