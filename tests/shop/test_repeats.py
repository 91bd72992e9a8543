"""Repeats: one key is one order, whatever happens in between."""

import os
import signal
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

from tests.shop.client import wait_for


def ready_cart(shop, variant, **options):
    client = shop.client(**options)
    client.add(variant, 1)
    client.fill_in()
    return client


def twin(shop, client):
    return shop.client(cart_token=client.cart_token)


def test_one_key_sent_twenty_times_at_once_is_one_order_and_twenty_equal_answers(shop):
    (variant,) = shop.variants(1, stock=50)
    client, key = ready_cart(shop, variant), str(uuid.uuid4())
    start = threading.Barrier(20)

    def send(_):
        copy = twin(shop, client)
        start.wait(30)
        return copy.place(key)

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(send, range(20)))

    assert {answer.status for answer in answers} == {201}
    assert len({answer.raw for answer in answers}) == 1
    assert sum("idempotent-replayed" in answer.headers for answer in answers) == 19


def test_same_key_of_another_guest_is_another_order(shop):
    (variant,) = shop.variants(1, stock=50)
    key = str(uuid.uuid4())

    first, second = (ready_cart(shop, variant).place(key) for _ in range(2))

    assert (first.status, second.status) == (201, 201)
    assert first.body["id"] != second.body["id"]


def test_same_key_with_another_body_is_refused(shop):
    (variant,) = shop.variants(1, stock=50)
    client, key = ready_cart(shop, variant), str(uuid.uuid4())
    client.place(key)

    answer = client.place(key, expected_total={"amount": "1.00", "currency": "EUR"})

    assert answer.status == 422


def test_two_tabs_with_two_keys_and_one_cart_make_one_order(shop):
    (variant,) = shop.variants(1, stock=50)
    client = ready_cart(shop, variant)

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: twin(shop, client).place(), range(2)))

    placed, refused = sorted(answers, key=lambda answer: answer.status)
    assert (placed.status, refused.status, refused.code) == (201, 409, "already_placed")
    assert refused.body["order_id"] == placed.body["id"]


def test_many_tabs_of_one_cart_hold_its_stock_once(shop):
    """The last unit but one is left for another buyer, however many keys the first one sends."""
    (variant,) = shop.variants(1, stock=2)
    client, other = ready_cart(shop, variant), ready_cart(shop, variant)
    start = threading.Barrier(7)

    def send(buyer):
        start.wait(30)
        return buyer.place()

    with ThreadPoolExecutor(7) as pool:
        *mine, theirs = pool.map(send, [*(twin(shop, client) for _ in range(6)), other])

    assert theirs.status == 201
    assert sorted((answer.status, answer.code) for answer in mine) == [(201, ""), *[(409, "already_placed")] * 5]


def test_missing_key_is_refused(shop):
    answer = shop.client().call("POST", "/api/v1/orders", {})

    assert answer.status == 400
    assert "Idempotency-Key" in answer.raw.decode()


def test_line_added_between_quote_and_placing_is_not_lost(shop):
    one, two = shop.variants(2, stock=50)
    client = ready_cart(shop, one)
    quote = client.expect(200, "GET", "/api/v1/checkout")
    client.add(two, 1)

    refused = client.place(expected_total=quote["total"])

    assert (refused.status, refused.code) == (409, "quote_changed")
    assert client.expect(200, "GET", "/api/v1/cart")["item_count"] == 2
    assert client.place(expected_total=client.expect(200, "GET", "/api/v1/checkout")["total"]).status == 201


def test_line_added_after_placing_starts_a_fresh_cart(shop):
    one, two = shop.variants(2, stock=50)
    client = ready_cart(shop, one)
    assert client.place().status == 201

    client.add(two, 1)

    cart = client.expect(200, "GET", "/api/v1/cart")
    assert [item["variant_id"] for item in cart["items"]] == [two]


def test_repeat_after_web_was_killed_resumes(shop):
    (variant,) = shop.variants(1, stock=200)
    reserved = "SELECT sum(reserved)::int FROM inventory_stocklevel WHERE variant_id = %s"
    ((already,),) = shop.query(reserved, variant)
    clients = [(ready_cart(shop, variant, patience=60), str(uuid.uuid4())) for _ in range(30)]
    before = shop.run["pids"]["web"]

    def buy(pair):
        client, key = pair
        return client.place(key)

    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(buy, clients)
        os.kill(before[0], signal.SIGKILL)
        answers = list(answers)

    wait_for(lambda: shop.run["pids"]["web"] and shop.run["pids"]["web"][0] != before[0], what="web to be replaced")
    assert {answer.status for answer in answers} == {201}
    repeated = [client.place(key) for client, key in clients]
    assert [answer.body["id"] for answer in repeated] == [answer.body["id"] for answer in answers]
    assert len({answer.body["id"] for answer in answers}) == 30
    assert shop.query(reserved, variant) == [(already + 30,)]
