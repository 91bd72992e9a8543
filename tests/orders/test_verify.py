"""`verify_orders` finds what does not follow from the history, and nothing else."""

from contextlib import nullcontext
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from apps.orders import api as orders
from apps.orders import verifying
from tests.orders.making import STAFF, place
from tests.orders.paying import pay, settle

pytestmark = pytest.mark.django_db


def verify():
    out = StringIO()
    call_command("verify_orders", stdout=out)
    return out.getvalue()


def tamper(sql, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def history_of_every_kind():
    for _ in range(2):
        order, _ = place()
        pay(order)
    orders.ship_order(order_id=order.id, actor="staff:test", reference="parcel")
    orders.deliver_order(order_id=order.id, actor="staff:test")
    orders.refund_order(order_id=order.id, amount=order.shipping, reason="late", reference="r", actor="staff:test")
    cancelled, _ = place()
    pay(cancelled)
    orders.cancel_order(order_id=cancelled.id, viewer=STAFF)
    place()
    settle()
    return order


@pytest.fixture
def order(_snapshots_inside_a_test):
    return history_of_every_kind()


@pytest.fixture
def _snapshots_inside_a_test(monkeypatch):
    monkeypatch.setattr(verifying, "_snapshot", nullcontext)


def test_orders_of_every_kind_are_what_their_history_says(order):
    assert "4 orders are what their history says" in verify()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("status = 'refunded'", "status"),
        ("paid_amount = paid_amount - 1", "paid"),
        ("refunded_amount = 0", "refunded"),
        ("total_amount = total_amount + 1", "total"),
        ("version = version + 1", "version"),
        ("customer_id = gen_random_uuid()", "customer_id"),
        ("item_count = item_count + 1", "item_count"),
        ("payment_deadline = payment_deadline + interval '1 day'", "payment_deadline"),
    ],
)
def test_tampered_row_is_found_and_named(order, change, named):
    tamper(f"UPDATE orders_order SET {change} WHERE id = %s", order.id)

    out = StringIO()
    with pytest.raises(CommandError, match="differences in 4 orders"):
        call_command("verify_orders", stdout=out)

    assert f"order {order.number}" in out.getvalue()
    assert f"{named} is" in out.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE orders_orderline SET quantity = quantity + 1 WHERE order_id = %s",
        "UPDATE orders_orderline SET line_total_amount = line_total_amount + 1 WHERE order_id = %s",
        "UPDATE orders_shipmentline SET quantity = 1 WHERE shipment_id IN (SELECT id FROM orders_shipment WHERE order_id = %s)",
        "INSERT INTO orders_orderevent (order_id, version, type, data, actor) VALUES (%s, 99, 'delivered', '{}', '')",
    ],
)
def test_tampered_line_parcel_or_history_is_found(order, sql):
    tamper(sql, order.id)

    with pytest.raises(CommandError):
        verify()


@pytest.mark.django_db(transaction=True)
def test_reads_one_moment_of_the_database():
    history_of_every_kind()

    assert "4 orders" in verify()
