"""Every list of staff, the opening page and the pages of one thing cost the same statements at ten rows as at a hundred."""

import pytest
from django.contrib.auth import get_user_model
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.inventory import api as inventory
from apps.kernel.ids import uuid7
from apps.messaging.testing import deliver_all
from tests.catalog.shop import make_product
from tests.orders.making import place
from tests.orders.paying import pay

pytestmark = pytest.mark.django_db
FEW, MANY = 10, 100
LISTS = {
    "admin:index": "",
    "admin:orders_order_changelist": "",
    "orders to ship": "admin:orders_order_changelist?status__exact=processing",
    "orders of a buyer": "admin:orders_order_changelist?q=ada@example.com",
    "orders by a part of a name": "admin:orders_order_changelist?q=löw",
    "orders with a SKU": "admin:orders_order_changelist?q={sku}",
    "admin:payments_payment_changelist": "",
    "admin:payments_refund_changelist": "",
    "admin:payments_webhookevent_changelist": "",
    "admin:payments_declinedcharge_changelist": "",
    "admin:payments_liftedlimit_changelist": "",
    "admin:catalog_product_changelist": "",
    "products found": "admin:catalog_product_changelist?q=jacket",
    "admin:catalog_variant_changelist": "",
    "admin:catalog_category_changelist": "",
    "admin:inventory_stockitem_changelist": "",
    "admin:inventory_stocklevel_changelist": "",
    "admin:inventory_stockmovement_changelist": "",
    "admin:inventory_stockreservation_changelist": "",
    "admin:inventory_warehouse_changelist": "",
    "admin:accounts_user_changelist": "",
    "admin:notifications_outboundmail_changelist": "",
    "admin:messaging_inboxmessage_changelist": "",
    "admin:pricing_taxzone_changelist": "",
    "admin:shipping_shippingzone_changelist": "",
    "admin:media_imagerequest_changelist": "",
    "backoffice:low_stock": "",
    "sold out": "backoffice:low_stock?status=out",
    "backoffice:stock_movements": "",
    "stock of a SKU": "backoffice:stock?sku={sku}",
    "backoffice:parked": "",
    "backoffice:audit": "",
    "backoffice:import": "",
}


def address_of(name, *, sku):
    view, _, query = (LISTS[name] or name).format(sku=sku).partition("?")
    return f"{reverse(view)}?{query}"


def make_rows(count, *, variant_id):
    """Make so many products, some of them scarce, people, and paid orders of one variant by one buyer."""
    for number in range(count):
        product = make_product()
        inventory.set_on_hand(variant_id=product.variants[0].id, on_hand=2, reason="delivery")
        inventory.set_on_hand(variant_id=product.variants[1].id, on_hand=number % 2, reason="delivery")
        get_user_model().objects.create_user(f"{uuid7()}@example.com")
        order, _ = place({variant_id: 1})
        pay(order)
    deliver_all()
    return order


def count_statements(client, address):
    client.get(address)
    with CaptureQueriesContext(connections["default"]) as captured:
        answer = client.get(address)
    assert answer.status_code == 200
    return len(captured)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_no_list_costs_more_when_it_is_longer(client):
    client.force_login(get_user_model().objects.create_superuser("owner@example.com", "x"))
    variant = make_product().variants[0]
    inventory.set_on_hand(variant_id=variant.id, on_hand=1000, reason="delivery")
    sold = {"variant_id": variant.id}
    costs = []
    for count in (FEW, MANY - FEW):
        order = make_rows(count, **sold)
        pages = {name: address_of(name, sku=order.lines[0].sku) for name in LISTS} | {
            "order": reverse("admin:orders_order_change", args=[order.id]),
            "buyer": reverse("backoffice:buyer_of_order", args=[order.id]),
        }
        costs.append({name: count_statements(client, address) for name, address in pages.items()})

    few, many = costs

    assert {name: (few[name], many[name]) for name in few if many[name] > few[name]} == {}
    assert max(many.values()) <= 20, many
