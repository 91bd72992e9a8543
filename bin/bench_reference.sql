-- One order's writes, as plain SQL in two transactions: the yardstick for POST /orders. Written before tuning and left alone.
-- Tables: bin/bench creates them as ref_* with the columns and indexes below, 10,000 variants in stock.
\set first random(1, 5000)
\set second random(5001, 10000)
BEGIN;
INSERT INTO ref_reservation (reference, status, fingerprint, expires_at)
    VALUES (md5(random()::text || clock_timestamp()::text), 'reserved', 'f', now() + interval '1 hour') RETURNING reference AS reference \gset
INSERT INTO ref_reservation_line (reference, variant_id, warehouse_id, quantity) VALUES (:reference, :first, 1, 1), (:reference, :second, 1, 2);
SELECT 1 FROM ref_stock_level WHERE variant_id IN (:first, :second) ORDER BY variant_id FOR NO KEY UPDATE;
UPDATE ref_stock_level SET reserved = reserved + CASE variant_id WHEN :first THEN 1 ELSE 2 END
    WHERE variant_id IN (:first, :second) AND on_hand - reserved >= 2;
COMMIT;
BEGIN;
INSERT INTO ref_idempotency (reference, fingerprint, status, body) VALUES (:reference, 'f', 201, repeat('{"sku": "X"}', 100));
INSERT INTO ref_order (id, number, cart_id, status, total, currency, placed_at)
    VALUES (uuidv7(), nextval('ref_order_number'), uuidv7(), 'awaiting_payment', 84.90, 'EUR', now()) RETURNING id AS order_id \gset
INSERT INTO ref_order_line (id, order_id, variant_id, sku, title, quantity, unit_price, line_total, tax) VALUES
    (uuidv7(), :order_id, :first, 'SKU-1', 'A product with a title', 1, 24.90, 24.90, 3.98),
    (uuidv7(), :order_id, :second, 'SKU-2', 'Another product with a title', 2, 30.00, 60.00, 9.58);
INSERT INTO ref_order_contact (order_id, email, shipping_address, billing_address)
    VALUES (:order_id, 'buyer@example.com', '{"line1": "Street 1", "city": "Berlin", "country": "DE"}', '{"line1": "Street 1", "city": "Berlin", "country": "DE"}');
INSERT INTO ref_order_event (id, order_id, version, type, data, at) VALUES (uuidv7(), :order_id, 1, 'placed', '{"total": "84.90"}', now());
INSERT INTO ref_saga (id, order_id, next_run_at) VALUES (uuidv7(), :order_id, now() + interval '1 hour');
INSERT INTO ref_outbox (id, event_type, key, version, shard, payload, occurred_at)
    VALUES (uuidv7(), 'orders.order_placed.v1', 'orders:' || :order_id, 1, 3, '{"order_id": "x", "total": "84.90"}', now());
COMMIT;
