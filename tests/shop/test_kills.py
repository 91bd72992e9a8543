"""Every process and server is killed while orders are placed and paid: nothing acknowledged is lost, stock and money add up."""

import os
import signal
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.shop.client import Refused, guest, wait_for

ORDERS = 100
VICTIMS = ["web", "worker", "relay", "sandbox", "valkey", "postgres", "beat", "sockets"]


class Buyer:
    """Buys one thing however often it must ask; repeats carry the same key."""

    def __init__(self, shop, variants, number):
        self.client = shop.client(patience=90)
        self.variants, self.number = variants, number
        self.order = None

    def buy(self):
        self.insist(
            201,
            "POST",
            "/api/v1/cart/items",
            {"variant_id": self.variants[self.number % len(self.variants)], "quantity": 1},
        )
        self.client.fill_in(f"kill{self.number}@example.com")
        self.order = self.insist(201, "POST", "/api/v1/orders", {}, Idempotency_Key=str(uuid.uuid4()))
        own = guest(self.order)
        body = {"order_id": self.order["id"], "provider": "stripe"}
        payment = self.insist(201, "POST", "/api/v1/payments/intent", body, Idempotency_Key=str(uuid.uuid4()), **own)
        body = {"payment_id": payment["id"], "payment_method": "pm_card_visa"}
        self.insist(200, "POST", "/api/v1/payments/confirm", body, Idempotency_Key=str(uuid.uuid4()), **own)
        return self.order

    def insist(self, status, method, path, body, **headers):
        """Repeat while the shop says it is busy; anything else must be the expected answer."""
        deadline = time.monotonic() + 90
        while True:
            answer = self.client.call(method, path, body, **headers)
            if answer.status == status:
                return answer.body
            if (
                answer.status not in (409, 429, 503)
                or time.monotonic() > deadline
                or answer.code == "insufficient_stock"
            ):
                raise Refused(f"{method} {path}: {answer.status} {answer.raw[:500]!r}")
            time.sleep(0.3)


@pytest.mark.timeout(900)
def test_nothing_acknowledged_is_lost_while_everything_is_killed(shop):
    variants = shop.variants(4, stock=1000)
    reserved_before = reserved(shop, variants)
    over = threading.Event()
    seen_replaced = {}

    def kill_them_all():
        for name in VICTIMS:
            if over.wait(1.5):
                return
            seen_replaced[name] = kill_and_see_replaced(shop, name)

    killer = threading.Thread(target=kill_them_all)
    buyers = [Buyer(shop, variants, number) for number in range(ORDERS)]
    killer.start()
    with ThreadPoolExecutor(4) as pool:
        orders = list(pool.map(lambda buyer: buyer.buy(), buyers))
    killer.join(300)
    over.set()

    assert seen_replaced == dict.fromkeys(VICTIMS, True)
    assert len({order["id"] for order in orders}) == ORDERS
    for buyer in buyers:
        ended = buyer.client.wait_for_status(buyer.order, "processing", "cancelled", seconds=180)
        assert ended["payment_status"] == ("paid" if ended["status"] == "processing" else ended["payment_status"])
    assert_money_adds_up(shop, buyers)
    wait_for(lambda: reserved(shop, variants) == reserved_before + ORDERS, what="the stock to add up", seconds=60)
    ledger = shop.query(
        """SELECT l.variant_id FROM inventory_stocklevel l LEFT JOIN inventory_stockmovement m
             ON m.variant_id = l.variant_id AND m.warehouse_id = l.warehouse_id
           GROUP BY l.variant_id, l.warehouse_id, l.on_hand HAVING l.on_hand <> coalesce(sum(m.quantity), 0)"""
    )
    assert ledger == []
    shop.verify_orders()


def reserved(shop, variants):
    return shop.query(
        "SELECT sum(reserved)::int FROM inventory_stocklevel WHERE variant_id = ANY(%s::uuid[])", variants
    )[0][0]


def kill_and_see_replaced(shop, name):
    """Kill every process of a service at once, as an out-of-memory killer would, and wait for another in its place."""
    before = shop.run["pids"][name]
    for pid in before:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    fresh = lambda: (now := shop.run["pids"].get(name)) and not set(now) & set(before)  # noqa: E731
    return bool(wait_for(fresh, what=f"{name} to be replaced", seconds=60))


def assert_money_adds_up(shop, buyers):
    for buyer in buyers:
        lines = shop.charges(buyer.order)
        charged = [line for line in lines if line["kind"] == "charge"]
        assert len(charged) == 1, (buyer.order["number"], lines)
        assert charged[0]["amount"] == round(float(buyer.order["total"]["amount"]) * 100)
