"""What one buyer can do: fill a cart, order it, pay, cancel, look, and what staff do for them afterwards."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import requests

from laboratory.caller import Call, Caller, code_of
from laboratory.people import People, guest_address
from tests.shop.client import VISA, Answer

API = "/api/v1"
_QUOTES = 4
_FINAL = frozenset({"shipped", "delivered", "cancelled", "refunded"})


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """What can be bought: what everybody wants, what there is too little of, and the rest."""

    hot: Sequence[str]
    scarce: Sequence[str]
    cold: Sequence[str]

    @property
    def everything(self) -> list[str]:
        return [*self.hot, *self.scarce, *self.cold]


class Buyer:
    """Somebody with a basket; `order` and `payment` are what came of it."""

    def __init__(self, caller: Caller, *, people: People, shelf: Shelf, watch: Callable[[Any], None]) -> None:
        self.caller, self.dice, self.people = caller, caller.dice, people
        self._shelf, self._watch = shelf, watch
        self.order: dict[str, Any] | None = None
        self.payment: str | None = None
        self.cart: str | None = None

    # the basket

    def fill_cart(self) -> bool:
        """Put in what the dice say and give an address; False where the shop would not."""
        if self.caller.client.token:
            self.caller.prepare("DELETE", f"{API}/cart")
        for variant, quantity in self._basket().items():
            self.add(variant, quantity)
        body = {"email": f"{self.caller.name}@example.com", "shipping_address": guest_address(self.dice)}
        self.caller.prepare("PATCH", f"{API}/checkout", body)
        methods = self.caller.prepare("GET", f"{API}/checkout/shipping-methods")
        if not methods or not methods["results"]:
            return False
        chosen = {"shipping_method_id": self.dice.choice(methods["results"])["id"]}
        quote = self.caller.prepare("PATCH", f"{API}/checkout", chosen)
        cart = self.caller.prepare("GET", f"{API}/cart")
        self.cart = cart["id"] if cart else None
        return bool(quote and quote["ready"] and self.cart)

    def add(self, variant: str, quantity: int) -> Any:
        return self.caller.prepare("POST", f"{API}/cart/items", {"variant_id": variant, "quantity": quantity})

    def _basket(self) -> dict[str, int]:
        count = 1 if self.dice.random() < 0.6 else self.dice.randint(2, 5)
        basket: dict[str, int] = {}
        for _ in range(count):
            shelf = self.dice.choices((self._shelf.hot, self._shelf.scarce, self._shelf.cold), weights=(35, 15, 50))[0]
            variant = self.dice.choice(shelf)
            basket[variant] = basket.get(variant, 0) + self.dice.randint(1, 3)
        return basket

    # ordering

    def place(self, send: Callable[[Call], Answer | None] | None = None) -> dict[str, Any] | None:
        """Order what the quote shows, again with a new quote where it changed; return the order, None where there is none."""
        for _ in range(_QUOTES):
            call = self.place_call()
            if call is None:
                return None
            answer = (send or self.caller.insist)(call)
            if answer is not None and answer.status == 201:
                return self.adopt(answer.body)
            if code_of(answer) != "quote_changed":
                return None
        return None

    def adopt(self, order: dict[str, Any]) -> dict[str, Any]:
        """Take an order for one's own, and watch it."""
        self.order = order
        self._watch(order)
        return order

    def place_call(self) -> Call | None:
        """Return the request for what the cart holds now, under a key of its own."""
        quote = self.caller.prepare("GET", f"{API}/checkout")
        if not quote or not quote["ready"]:
            return None
        lines = [{"variant": item["variant_id"], "quantity": item["quantity"]} for item in quote["items"]]
        return Call(
            operation="place",
            method="POST",
            path=f"{API}/orders",
            body={"expected_total": quote["total"]},
            key=str(uuid.uuid4()),
            cart=self.cart,
            request={"lines": lines, "expected_total": quote["total"]},
        )

    # paying

    def start_payment(self, *, by: Caller | None = None, **more: Any) -> dict[str, Any] | None:
        """Ask for a payment of the order; None where there is nothing to pay."""
        body = {"order_id": self._id, "provider": "stripe", **more}
        answer = (by or self.caller).insist(self._call("start_payment", "POST", "/payments/intent", body, keyed=True))
        if answer is None or answer.status != 201:
            return None
        self.payment = answer.body["id"]
        return dict(answer.body)

    def pay_call(self, payment: Mapping[str, Any], card: str) -> Call:
        body = {"payment_id": payment["id"], "payment_method": card}
        return self._call("pay", "POST", "/payments/confirm", body, keyed=True)

    def pay(self, *, card: str = VISA, by: Caller | None = None) -> Answer | None:
        """Start a payment and confirm it with a card."""
        payment = self.start_payment(by=by)
        return (by or self.caller).insist(self.pay_call(payment, card)) if payment else None

    def pay_on_page(self) -> None:
        """Pay on the provider's page and come back, while the provider's webhook is on its way."""
        back = f"{self.caller.client.base}/checkout/return/{self._id}/"
        payment = self.start_payment(return_url=back, cancel_url=back)
        page = payment.get("redirect_url") if payment else None
        for _ in range(10 if page else 0):
            try:
                if self._go_through(str(page), back):
                    return
            except requests.RequestException:
                time.sleep(self.dice.uniform(0.5, 1.5))

    def _go_through(self, page: str, back: str) -> bool:
        with requests.Session() as browser:
            if self._token:
                browser.get(f"{self.caller.client.base}/orders/{self._id}/", params={"token": self._token}, timeout=20)
            paid = browser.post(page, data={"outcome": "approve"}, allow_redirects=False, timeout=20)
            browser.get(back, timeout=20)
        return paid.status_code < 500

    # afterwards

    def cancel(self, *, by: Caller | None = None) -> Answer | None:
        return (by or self.caller).insist(self._call("cancel", "PUT", f"/orders/{self._id}/cancel", {}))

    def look(self) -> dict[str, Any] | None:
        """Read the order once; None where it was not to be had."""
        answer = self.caller.insist(self._call("read_order", "GET", f"/orders/{self._id}"), seconds=20)
        return answer.body if answer is not None and answer.status == 200 else None

    def wait_for(self, *statuses: str, seconds: float = 20) -> dict[str, Any] | None:
        """Look again and again until the order has one of `statuses` or has ended."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not self.people.ended.is_set():
            found = self.look()
            if found and found["status"] in {*statuses, *_FINAL}:
                return found
            time.sleep(self.dice.uniform(0.7, 1.5))
        return None

    def at_once(self, *deeds: Callable[[Caller], Any]) -> list[Any]:
        """Do several things in as many tabs at the same moment."""
        with ThreadPoolExecutor(len(deeds)) as pool:
            futures = [pool.submit(deed, self.caller.twin()) for deed in deeds]
            return [future.result() for future in futures]

    def _call(self, operation: str, method: str, path: str, body: Any = None, *, keyed: bool = False) -> Call:
        return Call(
            operation=operation,
            method=method,
            path=API + path,
            body=body,
            key=str(uuid.uuid4()) if keyed else None,
            order=self._id,
            request=body,
            token=self._token,
        )

    @property
    def _id(self) -> str:
        if self.order is None:
            raise ValueError("nothing was ordered")
        return str(self.order["id"])

    @property
    def _token(self) -> str:
        return str(self.order.get("order_token") or "") if self.order else ""
