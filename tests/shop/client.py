"""A shopper's mobile app and a member of staff, over plain HTTP: the contract of the API and nothing else."""

from __future__ import annotations

import http.client
import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

ADDRESS = {
    "first_name": "Ada",
    "last_name": "Löwe",
    "line1": "Invalidenstraße 117",
    "city": "Berlin",
    "postal_code": "10115",
    "country": "DE",
}
VISA, DECLINED, AUTHENTICATE = "pm_card_visa", "pm_card_visa_chargeDeclined", "pm_card_threeDSecure2Required"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.raw) if self.raw else None

    @property
    def code(self) -> str:
        return self.body.get("code", "") if self.body else ""


class Refused(AssertionError):
    """The shop answered something else than was expected."""


@dataclass
class Client:
    """One connection to the API; keeps the cart token and the access token."""

    base: str
    token: str = ""
    cart_token: str = ""
    patience: float = 0.0
    connection: http.client.HTTPConnection | None = field(default=None, repr=False)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Send one request; `key_="x"` headers are given with underscores for dashes."""
        deadline = time.monotonic() + self.patience
        while True:
            try:
                answer = self._send(method, path, body, headers)
            except (OSError, http.client.HTTPException):
                self.close()
                if time.monotonic() >= deadline:
                    raise
            else:
                if answer.status not in (502, 503) or time.monotonic() >= deadline:
                    return answer
            time.sleep(0.2)

    def _send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Answer:
        if self.connection is None:
            parts = urlsplit(self.base)
            self.connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=40)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        if self.cart_token:
            sent.setdefault("Cart-Token", self.cart_token)
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
        payload = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        self.connection.request(method, path, payload, sent)
        response = self.connection.getresponse()
        answer = Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        if given := answer.headers.get("cart-token"):
            self.cart_token = given
        return answer

    def close(self) -> None:
        if self.connection:
            self.connection.close()
        self.connection = None

    def expect(self, status: int, method: str, path: str, body: Any = None, **headers: str) -> Any:
        answer = self.call(method, path, body, **headers)
        if answer.status != status:
            raise Refused(f"{method} {path}: {answer.status} instead of {status}: {answer.raw[:800]!r}")
        return answer.body

    # the main job, step by step

    def add(self, variant_id: str, quantity: int = 1) -> Any:
        return self.expect(201, "POST", "/api/v1/cart/items", {"variant_id": variant_id, "quantity": quantity})

    def fill_in(
        self, email: str = "ada@example.com", address: dict[str, str] | None = None, *, ready: bool = True
    ) -> Any:
        """Give contact and address, take the first shipping method, return the quote, which must be `ready`."""
        address = address or ADDRESS
        self.expect(200, "PATCH", "/api/v1/checkout", {"email": email, "shipping_address": address})
        methods = self.expect(200, "GET", "/api/v1/checkout/shipping-methods")["results"]
        quote = self.expect(200, "PATCH", "/api/v1/checkout", {"shipping_method_id": methods[0]["id"]})
        assert quote["ready"] is ready, quote["missing"]
        return quote

    def place(self, key: str | None = None, expected_total: Any = None) -> Answer:
        body = {"expected_total": expected_total} if expected_total else {}
        return self.call("POST", "/api/v1/orders", body, Idempotency_Key=key or str(uuid.uuid4()))

    def order(self, variants: dict[str, int], email: str = "ada@example.com") -> Any:
        """Fill a cart, check out and place; return the order."""
        for variant_id, quantity in variants.items():
            self.add(variant_id, quantity)
        self.fill_in(email)
        answer = self.place()
        if answer.status != 201:
            raise Refused(f"POST /orders: {answer.status} {answer.raw[:800]!r}")
        return answer.body

    def intent(self, order: Any, **more: Any) -> Answer:
        body = {"order_id": order["id"], "provider": "stripe", **more}
        return self.call("POST", "/api/v1/payments/intent", body, Idempotency_Key=str(uuid.uuid4()), **guest(order))

    def confirm(self, order: Any, payment: Any, method: str = VISA, key: str | None = None) -> Answer:
        body = {"payment_id": payment["id"], "payment_method": method}
        return self.call(
            "POST", "/api/v1/payments/confirm", body, Idempotency_Key=key or str(uuid.uuid4()), **guest(order)
        )

    def pay(self, order: Any, method: str = VISA) -> Any:
        answer = self.intent(order)
        if answer.status != 201:
            raise Refused(f"POST /payments/intent: {answer.status} {answer.raw[:800]!r}")
        paid = self.confirm(order, answer.body, method)
        if paid.status != 200:
            raise Refused(f"POST /payments/confirm: {paid.status} {paid.raw[:800]!r}")
        return paid.body

    def look(self, order: Any) -> Any:
        return self.expect(200, "GET", f"/api/v1/orders/{order['id']}", **guest(order))

    def wait_for_status(self, order: Any, *statuses: str, seconds: float = 30) -> Any:
        return wait_for(
            lambda: found if (found := self.look(order))["status"] in statuses else None,
            what=f"order {order['number']} to be {' or '.join(statuses)}",
            seconds=seconds,
        )


def guest(order: Any) -> dict[str, str]:
    return {"Order_Token": order["order_token"]} if order.get("order_token") else {}


def wait_for(condition: Callable[[], Any], *, what: str, seconds: float = 30) -> Any:
    deadline = time.monotonic() + seconds
    while True:
        if result := condition():
            return result
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s for {what}")
        time.sleep(0.1)
