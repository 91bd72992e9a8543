"""Stock under a rush: exactly what is there is sold, and whoever comes late keeps their cart."""

import collections
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.shop.client import wait_for

STOCK, BUYERS = 50, 400


def rush(shop, carts):
    """Fill every cart first, then place all orders at once; return the answers with their clients."""

    def prepare(lines):
        client = shop.client()
        for variant_id, quantity in lines:
            client.add(variant_id, quantity)
        client.fill_in(f"buyer{id(client)}@example.com")
        client.close()
        return client

    with ThreadPoolExecutor(8) as pool:
        clients = list(pool.map(prepare, carts))
    start = threading.Barrier(32)

    def place(numbered):
        number, client = numbered
        if number < 32:
            start.wait(30)
        answer = place_until_settled(client)
        client.close()
        return client, answer

    with ThreadPoolExecutor(32) as pool:
        return list(pool.map(place, enumerate(clients)))


def place_until_settled(client):
    """Repeat what the shop was too busy for, as it asks to, under the same key."""
    key, deadline = str(uuid.uuid4()), time.monotonic() + 60
    while (answer := client.place(key)).status == 503 and time.monotonic() < deadline:
        time.sleep(1)
    return answer


def assert_all_sold_and_no_more(shop, variants, answers, *, orders):
    codes = collections.Counter(answer.status if answer.status == 201 else answer.code for _, answer in answers)
    assert codes == {201: orders, "insufficient_stock": len(answers) - orders}
    for variant in variants:
        ((on_hand, reserved),) = shop.query(
            "SELECT sum(on_hand)::int, sum(reserved)::int FROM inventory_stocklevel WHERE variant_id = %s", variant
        )
        assert 0 <= reserved <= on_hand


def test_fifty_in_stock_and_four_hundred_buyers(shop):
    (variant,) = shop.variants(1, stock=STOCK)
    before = shop.query("SELECT count(*) FROM orders_order")[0][0]

    answers = rush(shop, [[(variant, 1)]] * BUYERS)

    assert_all_sold_and_no_more(shop, [variant], answers, orders=STOCK)
    assert shop.query("SELECT count(*) FROM orders_order")[0][0] == before + STOCK
    assert shop.query(
        "SELECT sum(on_hand - reserved)::int FROM inventory_stocklevel WHERE variant_id = %s", variant
    ) == [(0,)]
    late = next(client for client, answer in answers if answer.status == 409)
    assert late.expect(200, "GET", "/api/v1/cart")["item_count"] == 1
    (line,) = next(answer.body["lines"] for _, answer in answers if answer.status == 409)
    assert (line["variant_id"], line["available"]) == (variant, 0)


def test_two_line_carts_in_both_orders_do_not_deadlock(shop):
    one, two = shop.variants(2, stock=20)

    answers = rush(shop, [[(one, 1), (two, 1)], [(two, 1), (one, 1)]] * 40)

    assert_all_sold_and_no_more(shop, [one, two], answers, orders=20)


def test_two_lines_of_one_variant_are_added_up(shop):
    (variant,) = shop.variants(1, stock=3)
    client = shop.client()
    client.add(variant, 2)
    client.add(variant, 2)
    quote = client.fill_in(ready=False)

    answer = client.place()

    assert quote["missing"] == ["stock"]
    assert (answer.status, answer.code) == (409, "insufficient_stock")
    assert answer.body["lines"] == [{"variant_id": variant, "requested": 4, "available": 3}]


def test_sold_out_shows_in_the_list_within_seconds(shop):
    (variant,) = shop.variants(1, stock=1)
    shop.client().order({variant: 1})

    def gone():
        body = shop.client().expect(200, "GET", "/api/v1/products?limit=100&in_stock=true")
        details = [shop.client().expect(200, "GET", f"/api/v1/products/{card['id']}") for card in body["results"]]
        return not any(v["id"] == variant and v["in_stock"] for detail in details for v in detail["variants"])

    wait_for(gone, what="the sold-out variant to be shown as such")


@pytest.mark.parametrize("quantity", [0, -1, 1.5, "2", 10**9, None, True])
def test_nonsense_quantities_are_refused_by_name(shop, quantity):
    (variant,) = shop.variants(1)

    answer = shop.client().call("POST", "/api/v1/cart/items", {"variant_id": variant, "quantity": quantity})

    assert answer.status == 400
    assert answer.body["errors"][0]["field"] == "quantity"
