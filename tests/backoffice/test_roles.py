"""Roles: each kind of staff opens the pages of its work, no other page of the admin, and sees there only what it needs."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.urls import reverse

from apps.inventory import api as inventory
from apps.orders import api as orders
from apps.web.authentication import issue_access_token
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
    "buyer": {MANAGER, SUPPORT},
    "ship": {MANAGER, WAREHOUSE},
    "ship a part": {MANAGER, WAREHOUSE},
    "slip": {MANAGER, WAREHOUSE},
    "label": {MANAGER, WAREHOUSE},
    "keep label": {MANAGER, WAREHOUSE},
    "cancel": {MANAGER, SUPPORT},
    "refund": {MANAGER, SUPPORT},
    "admin:payments_payment_changelist": {MANAGER, SUPPORT},
    "admin:payments_webhookevent_changelist": {MANAGER},
    "admin:payments_declinedcharge_changelist": {MANAGER, SUPPORT},
    "admin:payments_liftedlimit_changelist": {MANAGER, SUPPORT},
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
    "backoffice:stock_movements": {MANAGER, WAREHOUSE, ANALYST},
    "admin:inventory_warehouse_add": {MANAGER},
    "admin:pricing_taxzone_changelist": {MANAGER},
    "admin:shipping_shippingzone_changelist": {MANAGER},
    "admin:accounts_user_changelist": {MANAGER, SUPPORT},
    "admin:accounts_user_add": set(),
    "admin:auth_group_changelist": set(),
    "backoffice:parked": {MANAGER},
    "backoffice:audit": {MANAGER},
    "backoffice:brand": {MANAGER},
    "backoffice:mail_preview": {MANAGER, SUPPORT},
    "backoffice:content": {MANAGER, EDITOR},
    "backoffice:edit_home": {MANAGER, EDITOR},
    "backoffice:new_page": {MANAGER, EDITOR},
    "backoffice:new_collection": {MANAGER, EDITOR},
}
AMOUNT = re.compile(
    r'\d\s*(?:EUR|USD|JPY|[€$¥])|(?:EUR|USD|JPY|[€$¥])\s*\d|[Rr]evenue|[Ll]ifetime|"(?:amount|currency)"'
)
BUYER = re.compile(r"ada@example\.com|Löwe|Invalidenstraße")
# Role -> what none of its pages, and no answer of the REST API, shows.
HIDDEN = {WAREHOUSE: [AMOUNT], EDITOR: [BUYER], ANALYST: [BUYER]}


@pytest.fixture
def addresses():
    """Return the address of every page, those of one thing with a paid order and its product behind them."""
    product = make_product()
    variant = product.variants[0]
    inventory.set_on_hand(variant_id=variant.id, on_hand=5, reason="delivery")
    order, _ = place({variant.id: 2})
    pay(order)
    part = {order.lines[0].id: 1}
    shipped = orders.ship_order(
        order_id=order.id, lines=part, label=b"%PDF-1.7\n%%EOF\n", actor="staff:test", reference="parcel-1"
    )
    parcel = [order.id, shipped.shipments[0].id]
    of_order = {
        name: reverse("admin:orders_order_operation", args=[order.id, name]) for name in ("ship", "cancel", "refund")
    }
    return of_order | {
        "order": reverse("admin:orders_order_change", args=[order.id]),
        "ship a part": reverse("admin:orders_order_part", args=[order.id]),
        "label": reverse("admin:orders_order_label", args=parcel),
        "keep label": reverse("admin:orders_order_keep_label", args=parcel),
        "slip": reverse("admin:orders_order_slip", args=[order.id]),
        "buyer": reverse("backoffice:buyer_of_order", args=[order.id]),
        "product": reverse("backoffice:product", args=[product.id]),
        "edit product": reverse("admin:catalog_product_change", args=[product.id]),
        "backoffice:stock": f"{reverse('backoffice:stock')}?sku={variant.sku}",
        "found orders": f"{reverse('admin:orders_order_changelist')}?q={order.number}",
        "rest order": f"/api/v1/orders/{order.id}",
        "rest tracking": f"/api/v1/orders/{order.id}/tracking",
        "rest orders": "/api/v1/staff/orders",
        "rest products": "/api/v1/staff/products",
        "rest product": f"/api/v1/staff/products/{product.id}",
        "rest stock": f"/api/v1/inventory/{variant.id}",
    }


def work_as(client, role):
    call_command("ensure_roles")
    user = get_user_model().objects.create_user(f"{role.replace(' ', '')}@example.com", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    return user


@pytest.mark.slow
@pytest.mark.parametrize("role", sorted(EVERYONE))
def test_each_role_opens_its_pages_and_no_other(client, addresses, role):
    work_as(client, role)

    answers = {name: client.get(addresses.get(name) or reverse(name)).status_code for name in PAGES}

    assert answers == {name: 200 if role in allowed else 403 for name, allowed in PAGES.items()}


def shown(client, addresses, user):
    """Return what a role reads: every page and REST answer it may have, by name."""
    token = {"Authorization": f"Bearer {issue_access_token(user_id=user.pk, is_staff=True)}"}
    pages = {name: addresses.get(name) or reverse(name) for name in [*PAGES, *addresses]}
    answers = {
        name: client.get(address, headers=token if name.startswith("rest ") else {}) for name, address in pages.items()
    }
    return {
        name: answer.content.decode()
        for name, answer in answers.items()
        if answer.status_code == 200 and answer["Content-Type"] != "application/pdf"
    }


@pytest.mark.slow
@pytest.mark.parametrize("role", sorted(HIDDEN))
def test_no_page_shows_a_role_what_it_need_not_know(client, addresses, role):
    read = shown(client, addresses, work_as(client, role))

    found = {
        name: [hidden.findall(text) for hidden in HIDDEN[role] if hidden.search(text)] for name, text in read.items()
    }

    assert len(read) > 7
    assert {name: what for name, what in found.items() if what} == {}


OF_ORDER = {"order", "found orders", "buyer", "rest order", "rest orders"}
PRICED = OF_ORDER | {"product", "rest product", "rest tracking"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("role", "hidden", "where"),
    [
        (MANAGER, AMOUNT, PRICED | {"admin:index"}),
        (SUPPORT, AMOUNT, PRICED),
        (SUPPORT, BUYER, OF_ORDER),
        (WAREHOUSE, BUYER, OF_ORDER - {"buyer"}),
        (ANALYST, AMOUNT, {"admin:index", "product", "rest product"}),
    ],
)
def test_who_needs_it_sees_it(client, addresses, role, hidden, where):
    """The control of the test above: what it looks for is there."""
    read = shown(client, addresses, work_as(client, role))

    assert {name for name in where if not hidden.search(read[name])} == set()


def test_warehouse_cannot_sort_orders_by_what_they_cost(client, addresses):
    work_as(client, WAREHOUSE)

    page = client.get(reverse("admin:orders_order_changelist"), {"o": "8"})

    assert "sum" not in page.context["cl"].list_display
    assert "total_amount" not in str(page.context["cl"].queryset.query.order_by)


def test_nobody_but_an_editor_and_the_manager_can_change_a_product(client, addresses):
    for role in sorted(EVERYONE):
        work_as(client, role)

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
