"""A list costs as many SQL statements with a hundred rows as with ten."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apps.accounts import api as accounts
from apps.catalog import api as catalog
from apps.inventory import api as inventory
from apps.kernel.address import Address
from apps.kernel.ids import uuid7
from apps.messaging.testing import deliver_all
from apps.web.testing import assert_queries
from tests.catalog.shop import make_simple
from tests.checkout.shopping import make_variant
from tests.flows.mobile import Mobile
from tests.orders import making
from tests.shipping.offers import offer_methods, withdraw_methods
from tests.shop.client import ADDRESS

pytestmark = pytest.mark.django_db
FEW, MANY = 10, 100
MORE_THAN_ANY = 500


def email() -> str:
    return f"{uuid7().hex}@example.com"


def guest() -> Mobile:
    return Mobile(base="")


def customer() -> Mobile:
    return guest().register(email())


def staff() -> Mobile:
    return guest().sign_in_as_staff()


def whoami(client: Mobile) -> Any:
    return client.expect(200, "GET", "/api/v1/users/me")["id"]


def list_products(client: Mobile, count: int) -> None:
    for number in range(count):
        product = make_simple(f"Jacket {number}")
        inventory.set_on_hand(variant_id=product.variants[0].id, on_hand=5, reason="test")


def plant_categories(client: Mobile, count: int) -> None:
    """Half of them lie below the other half."""
    for _ in range(count // 2):
        root = catalog.save_category(name="Root", slug=f"root-{uuid7().hex}")
        catalog.save_category(name="Leaf", slug=f"leaf-{uuid7().hex}", parent_id=root.id)


def fill_cart(client: Mobile, count: int) -> None:
    for _ in range(count):
        client.add(str(make_variant()))


def fill_checkout(client: Mobile, count: int) -> None:
    fill_cart(client, count)
    client.fill_in()


def buy(client: Mobile, count: int) -> None:
    variant_id, customer_id = making.stock(count), whoami(client)
    for _ in range(count):
        making.place({variant_id: 1}, customer_id=customer_id)


def buy_lines(client: Mobile, count: int) -> None:
    making.place({making.stock(): 1 for _ in range(count)}, customer_id=whoami(client))


def save_addresses(client: Mobile, count: int) -> None:
    customer_id = whoami(client)
    for _ in range(count):
        accounts.save_address(customer_id=customer_id, address=Address(**ADDRESS))


def open_methods(client: Mobile, count: int) -> None:
    """In place of the zone's own, each by weight with two brackets."""
    if not client.cart_token:
        fill_checkout(client, 1)
        withdraw_methods()
    offer_methods(count)


def results(body: Any) -> int:
    return len(body["results"])


def items(body: Any) -> int:
    return len(body["items"])


def nodes(body: Any) -> int:
    """Count a forest's nodes."""
    return sum(1 + len(root["children"]) for root in body["results"])


LISTS: list[tuple[str, Callable[[], Mobile], Callable[[Mobile, int], None], Callable[[Any], int]]] = [
    ("products?limit=100", guest, list_products, results),
    ("products?limit=100&q=jacket", guest, list_products, results),
    ("categories", guest, plant_categories, nodes),
    ("cart", guest, fill_cart, items),
    ("cart", customer, fill_cart, items),
    ("checkout", guest, fill_checkout, items),
    ("checkout/shipping-methods", guest, open_methods, results),
    ("orders?limit=100", customer, buy, results),
    ("staff/orders?limit=100", staff, buy, results),
    ("staff/products?limit=100", staff, list_products, results),
    ("users/me/addresses", customer, save_addresses, results),
]


def cost(client: Mobile, path: str, count_rows: Callable[[Any], int], *, rows: int) -> list[str]:
    """Return the statements of a list request, which must answer `rows` rows."""
    with assert_queries(at_most=MORE_THAN_ANY) as statements:
        body = client.expect(200, "GET", f"/api/v1/{path}")
    assert count_rows(body) == rows
    assert statements, "the answer was kept: this measured nothing"
    return statements


@pytest.mark.slow
@pytest.mark.parametrize(("path", "make_client", "add_rows", "count_rows"), LISTS)
def test_list_costs_the_same_with_ten_rows_and_with_a_hundred(path, make_client, add_rows, count_rows):
    client = make_client()
    add_rows(client, FEW)
    deliver_all()
    few = cost(client, path, count_rows, rows=FEW)
    add_rows(client, MANY - FEW)
    deliver_all()

    many = cost(client, path, count_rows, rows=MANY)

    assert len(many) == len(few), "\n".join(many)


@pytest.mark.slow
def test_an_order_costs_the_same_with_ten_lines_and_with_a_hundred():
    client = customer()
    costs = []
    for lines in (FEW, MANY):
        buy_lines(client, lines)
        (newest, *_) = client.expect(200, "GET", "/api/v1/orders?limit=1")["results"]
        costs.append(len(cost(client, f"orders/{newest['id']}", items, rows=lines)))

    assert costs[0] == costs[1]
