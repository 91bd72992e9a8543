"""What Prometheus sees of the shop."""

import pytest

from apps.orders import api as orders
from apps.orders.metrics import OrdersCollector
from tests.orders.making import STAFF, place
from tests.orders.paying import pay, settle

pytestmark = pytest.mark.django_db


def scrape():
    return {
        (sample.name, sample.labels.get("currency", "")): sample.value
        for family in OrdersCollector().collect()
        for sample in family.samples
    }


def test_orders_and_revenue_are_counted():
    paid, _ = place()
    pay(paid)
    cancelled, _ = place()
    orders.cancel_order(order_id=cancelled.id, viewer=STAFF)
    orders.refund_order(order_id=paid.id, amount=paid.shipping, reason="late", reference="r", actor="staff:test")
    settle()

    assert scrape() == {
        ("shop_orders_placed_total", ""): 2,
        ("shop_orders_paid_total", ""): 1,
        ("shop_orders_cancelled_total", ""): 1,
        ("shop_revenue", "EUR"): 40.0,
    }
