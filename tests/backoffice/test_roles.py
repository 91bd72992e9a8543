"""Roles: each kind of staff opens the pages of its work, and no other page of the admin."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.urls import reverse

from apps.inventory import api as inventory
from tests.catalog.shop import make_product
from tests.orders.making import place
from tests.orders.paying import pay

pytestmark = pytest.mark.django_db

MANAGER, SUPPORT, WAREHOUSE, EDITOR, ANALYST = "Shop manager", "Support", "Warehouse", "Catalogue editor", "Analyst"
EVERYONE = {MANAGER, SUPPORT, WAREHOUSE, EDITOR, ANALYST}
# Page -> who may open it.
PAGES = {
    "admin:index": EVERYONE,
    "admin:orders_order_changelist": {MANAGER, SUPPORT, WAREHOUSE},
    "order": {MANAGER, SUPPORT, WAREHOUSE},
    "buyer": {MANAGER, SUPPORT, WAREHOUSE},
    "ship": {MANAGER, WAREHOUSE},
    "slip": {MANAGER, WAREHOUSE},
    "cancel": {MANAGER, SUPPORT},
    "refund": {MANAGER, SUPPORT},
    "admin:payments_payment_changelist": {MANAGER, SUPPORT},
    "admin:payments_webhookevent_changelist": {MANAGER},
    "product": EVERYONE,
    "admin:catalog_product_changelist": EVERYONE,
    "admin:catalog_product_add": {MANAGER, EDITOR},
    "edit product": EVERYONE,
    "admin:catalog_category_changelist": {MANAGER, EDITOR},
    "backoffice:import": {MANAGER, EDITOR},
    "backoffice:stock": EVERYONE,
    "backoffice:low_stock": EVERYONE,
    "backoffice:adjust_stock": {MANAGER, WAREHOUSE},
    "backoffice:receive_stock": {MANAGER, WAREHOUSE},
    "backoffice:transfer_stock": {MANAGER, WAREHOUSE},
    "backoffice:count_stock": {MANAGER, WAREHOUSE},
    "admin:inventory_set_stock": {MANAGER},
    "admin:inventory_stockmovement_changelist": {MANAGER, WAREHOUSE, ANALYST},
    "admin:inventory_warehouse_add": {MANAGER},
    "admin:pricing_taxzone_changelist": {MANAGER},
    "admin:shipping_shippingzone_changelist": {MANAGER},
    "admin:accounts_user_changelist": {MANAGER, SUPPORT},
    "admin:accounts_user_add": set(),
    "admin:auth_group_changelist": set(),
    "backoffice:parked": {MANAGER},
    "backoffice:brand": {MANAGER},
    "backoffice:mail_preview": {MANAGER, SUPPORT},
}


@pytest.fixture
def addresses():
    """Return the address of every page, those of one thing with a paid order and its product behind them."""
    product = make_product()
    inventory.set_on_hand(variant_id=product.variants[0].id, on_hand=5, reason="delivery")
    order, _ = place()
    pay(order)
    of_order = {
        name: reverse("admin:orders_order_operation", args=[order.id, name]) for name in ("ship", "cancel", "refund")
    }
    return of_order | {
        "order": reverse("admin:orders_order_change", args=[order.id]),
        "slip": reverse("admin:orders_order_slip", args=[order.id]),
        "buyer": reverse("backoffice:buyer_of_order", args=[order.id]),
        "product": reverse("backoffice:product", args=[product.id]),
        "edit product": reverse("admin:catalog_product_change", args=[product.id]),
    }


@pytest.mark.parametrize("role", sorted(EVERYONE))
def test_each_role_opens_its_pages_and_no_other(client, addresses, role):
    call_command("ensure_roles")
    user = get_user_model().objects.create_user("worker@example.com", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)

    answers = {name: client.get(addresses.get(name) or reverse(name)).status_code for name in PAGES}

    assert answers == {name: 200 if role in allowed else 403 for name, allowed in PAGES.items()}


def test_nobody_but_an_editor_and_the_manager_can_change_a_product(client, addresses):
    call_command("ensure_roles")
    for role in sorted(EVERYONE):
        user = get_user_model().objects.create_user(f"{role.replace(' ', '')}@example.com", is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        client.force_login(user)

        status = client.post(addresses["edit product"], {}).status_code

        assert status == (200 if role in {MANAGER, EDITOR} else 403), role


def test_roles_are_made_once_and_get_back_exactly_their_rights():
    call_command("ensure_roles")
    group = Group.objects.get(name=ANALYST)
    rights = set(group.permissions.values_list("pk", flat=True))
    group.permissions.clear()

    call_command("ensure_roles")

    assert set(group.permissions.values_list("pk", flat=True)) == rights
    assert Group.objects.count() == len(EVERYONE)
