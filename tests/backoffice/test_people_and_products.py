"""Pages of one product and of one buyer: everything about them, from the apps that know it."""

import pytest
from django.urls import reverse

from apps.inventory import api as inventory
from apps.kernel.ids import uuid7
from tests.accounts.people import register
from tests.backoffice.test_pages import sign_in
from tests.catalog.shop import make_product
from tests.orders.making import place
from tests.orders.paying import pay

pytestmark = pytest.mark.django_db


def test_product_shows_matrix_stock_and_history_on_one_page(client):
    product = make_product()
    variant = product.variants[0]
    inventory.set_on_hand(variant_id=variant.id, on_hand=7, reason="first delivery", actor=f"staff:{uuid7()}")
    sign_in(client, "catalog.view_product", "inventory.view_stocklevel")

    answer = client.get(reverse("backoffice:product", args=[product.id]))
    text = answer.content.decode()

    cells = [cell for _, row in answer.context["matrix"].rows for _, cell in row if cell]
    assert {cell.variant.sku for cell in cells} == {found.sku for found in product.variants}
    assert ">Counted or set anew by staff: first delivery<" in text
    assert all(found.sku in text for found in product.variants)


def test_stock_stays_hidden_from_who_may_only_see_products(client):
    product = make_product()
    inventory.set_on_hand(variant_id=product.variants[0].id, on_hand=7, reason="first delivery")
    sign_in(client, "catalog.view_product")

    text = client.get(reverse("backoffice:product", args=[product.id])).content.decode()

    assert "first delivery" not in text


def test_customer_page_adds_up_orders_of_account_and_guest_with_one_address(client):
    customer = register("ada@example.com")
    of_account, _ = place(email="ada@work.example", customer_id=customer.id)
    as_guest, _ = place(email="ada@example.com")
    stranger, _ = place(email="bob@example.com")
    pay(of_account)
    sign_in(client, "orders.view_order", "orders.view_money", "accounts.view_user")

    answer = client.get(reverse("backoffice:customer", args=[customer.id]))

    assert {order.number for order in answer.context["page"].items} == {of_account.number, as_guest.number}
    assert answer.context["worth"].revenue["EUR"] == of_account.total
    assert stranger.number not in answer.content.decode()


def test_buyer_of_an_order_is_shown_without_an_account(client):
    order, _ = place(email="guest@example.com")
    sign_in(client, "orders.view_order", "orders.view_money", "accounts.view_user")

    text = client.get(reverse("backoffice:buyer_of_order", args=[order.id])).content.decode()

    assert "buys as a guest" in text
    assert order.number in text


@pytest.mark.parametrize("name", ["customer", "buyer_of_order", "product"])
def test_unknown_ones_are_not_found_and_need_their_right(client, name):
    address = reverse(f"backoffice:{name}", args=["018f0000-0000-7000-8000-000000000000"])
    sign_in(client)
    assert client.get(address).status_code == 403

    sign_in(client, "orders.view_order", "orders.view_money", "accounts.view_user", "catalog.view_product")
    assert client.get(address).status_code == 404


def test_products_are_found_by_a_part_of_what_people_remember(client):
    wanted = make_product(title="Harbour parka", vendor="Webers", product_type="Coats")
    make_product(title="Rain jacket")
    sign_in(client, "catalog.view_product")

    def found(query):
        rows = client.get(reverse("admin:catalog_product_changelist"), {"q": query}).context["cl"].result_list
        return [row.pk for row in rows]

    for query in ("arbou", "PARKA harb", "webe", "coat", wanted.slug[-12:], wanted.variants[0].sku[2:]):
        assert found(query) == [wanted.id], query
    assert found("harbour trousers") == found("100%_") == []


def test_cursor_that_leads_nowhere_is_refused(client):
    order, _ = place(email="guest@example.com")
    sign_in(client, "orders.view_order", "orders.view_money", "accounts.view_user")

    refused = client.get(reverse("backoffice:buyer_of_order", args=[order.id]), {"cursor": "xx"})

    assert refused.status_code == 400
    assert "cursor" in refused.content.decode()


@pytest.mark.parametrize("page", ["admin:orders_order_changelist", "admin:catalog_product_changelist"])
def test_nul_in_a_lists_filter_is_refused(client, page):
    sign_in(client, "orders.view_order", "catalog.view_product")

    assert client.get(f"{reverse(page)}?status__exact=%00").status_code == 400
