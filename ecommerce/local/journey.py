"""One guest order over HTTP, from the product list to paid, with its mail and its live update, each step timed.

Only what `api.md` promises to every client is used: no import of the shop, no look into its database.
"""

from __future__ import annotations

import email
import email.policy
import http.client
import json
import threading
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from ecommerce.local.processes import wait_until
from ecommerce.local.websocket import WebSocket, WebSocketError

PAID_STATUS: Final = "processing"
_ADDRESS: Final = {
    "first_name": "Ada",
    "last_name": "Byron",
    "line1": "Invalidenstrasse 117",
    "city": "Berlin",
    "postal_code": "10115",
    "country": "DE",
}
_SECONDS: Final = 30.0


class JourneyFailed(Exception):
    """A step did not do what the API promises; the message says which and what came instead."""


@dataclass(slots=True)
class Timeline:
    """What happened when, in seconds since the first request."""

    started: float = field(default_factory=time.monotonic)
    steps: list[tuple[float, str]] = field(default_factory=list)

    def mark(self, text: str, *, at: float | None = None) -> None:
        """Note that something has happened, now or at a given monotonic time."""
        self.steps.append(((at or time.monotonic()) - self.started, text))


class Client:
    """A guest: one connection, the cart's and the order's token, problems turned into JourneyFailed."""

    def __init__(self, api: str) -> None:
        parts = urlsplit(api)
        self._base = parts.path
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_SECONDS)
        self._tokens: dict[str, str] = {}

    def remember(self, header: str, value: str) -> None:
        """Send a token with every later request."""
        self._tokens[header] = value

    def call(self, method: str, path: str, body: dict[str, Any] | None = None, *, repeatable: bool = False) -> Any:
        """Return the decoded answer; `repeatable` adds an Idempotency-Key."""
        headers = {"Accept": "application/json", "Content-Type": "application/json", **self._tokens}
        if repeatable:
            headers["Idempotency-Key"] = str(uuid.uuid4())
        encoded = json.dumps(body) if body is not None else None
        try:
            self._connection.request(method, self._base + path, body=encoded, headers=headers)
            answer = self._connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise JourneyFailed(f"{method} {path}: no answer ({error!r})") from error
        if answer.status >= http.HTTPStatus.BAD_REQUEST:
            raise JourneyFailed(f"{method} {path}: {answer.status} {content.decode('utf-8', 'replace')[:500]}")
        if token := answer.getheader("Cart-Token"):
            self.remember("Cart-Token", token)
        return json.loads(content) if content else None


class Live:
    """Listens on the order's WebSocket beside everything else, noting when each status arrived."""

    def __init__(self, *, url: str, origin: str, token: str) -> None:
        self._socket = WebSocket(url, origin=origin, seconds=_SECONDS)
        self._socket.send_text(json.dumps({"token": token}))
        self.statuses: dict[str, float] = {}
        self.ended = ""
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()

    def _listen(self) -> None:
        try:
            while True:
                message = json.loads(self._socket.receive_text())
                self.statuses.setdefault(message["status"], time.monotonic())
        except (WebSocketError, OSError, ValueError) as error:
            self.ended = str(error)


def order_as_guest(*, run: dict[str, Any]) -> Timeline:
    """Place and pay one order at the shop that `run` (run.json) describes; JourneyFailed at the first broken step."""
    timeline, client = Timeline(), Client(run["urls"]["api"])
    address = f"check-{uuid.uuid4().hex[:12]}@example.com"
    _fill_cart(client, timeline)
    _check_out(client, timeline, address=address)
    order = client.call("POST", "/orders", {"expected_total": _quote(client)["total"]}, repeatable=True)
    timeline.mark(f"order {order['number']} placed, {order['total']['amount']} {order['total']['currency']}")
    client.remember("Order-Token", order["order_token"])
    live = _listen(order, origin=run["urls"]["storefront"])
    try:
        _pay(client, timeline, order)
        _await_live(live, timeline)
    finally:
        live.close()
    _await_mail(Path(run["mail"]), timeline, address=address, number=str(order["number"]))
    return timeline


def _fill_cart(client: Client, timeline: Timeline) -> None:
    products = client.call("GET", "/products?in_stock=true&limit=20")["results"]
    timeline.mark(f"product list, {len(products)} products")
    if not products:
        raise JourneyFailed("GET /products: no product is in stock")
    product = client.call("GET", f"/products/{products[0]['id']}")
    variant = next((variant for variant in product["variants"] if variant["in_stock"]), None)
    if variant is None:
        raise JourneyFailed(f"GET /products/{product['id']}: listed as in stock but no variant is")
    timeline.mark(f"product {product['title']!r}")
    client.call("POST", "/cart/items", {"variant_id": variant["id"], "quantity": 1})
    timeline.mark("in the cart")


def _check_out(client: Client, timeline: Timeline, *, address: str) -> None:
    client.call("PATCH", "/checkout", {"email": address, "shipping_address": _ADDRESS})
    methods = client.call("GET", "/checkout/shipping-methods")["results"]
    if not methods:
        raise JourneyFailed("GET /checkout/shipping-methods: nothing ships to Germany")
    client.call("PATCH", "/checkout", {"shipping_method_id": methods[0]["id"]})
    timeline.mark(f"address and shipping method {methods[0]['name']!r}")


def _quote(client: Client) -> Any:
    quote = client.call("GET", "/checkout")
    if not quote["ready"]:
        raise JourneyFailed(f"GET /checkout: not ready, missing {quote['missing']}")
    return quote


def _listen(order: dict[str, Any], *, origin: str) -> Live:
    try:
        return Live(url=order["live_url"], origin=origin, token=order["order_token"])
    except (WebSocketError, OSError) as error:
        raise JourneyFailed(f"WebSocket {order['live_url']}: {error}") from error


def _pay(client: Client, timeline: Timeline, order: dict[str, Any]) -> None:
    payment = client.call("POST", "/payments/intent", {"order_id": order["id"]}, repeatable=True)
    timeline.mark("payment begun")
    card = {"payment_id": payment["id"], "payment_method": "pm_card_visa"}
    paid = client.call("POST", "/payments/confirm", card, repeatable=True)
    timeline.mark(f"card accepted, payment {paid['status']}")
    seen = ""

    def is_processing() -> bool:
        nonlocal seen
        seen = str(client.call("GET", f"/orders/{order['id']}")["status"])
        return seen == PAID_STATUS

    if not wait_until(is_processing, seconds=_SECONDS):
        raise JourneyFailed(f"GET /orders/{order['id']}: still {seen} {_SECONDS:.0f} s after the payment")
    timeline.mark(f"order {PAID_STATUS}")


def _await_live(live: Live, timeline: Timeline) -> None:
    if not wait_until(lambda: PAID_STATUS in live.statuses, seconds=_SECONDS):
        seen = ", ".join(live.statuses) or "nothing"
        raise JourneyFailed(f"WebSocket: heard {seen}, not {PAID_STATUS} {live.ended}".rstrip())
    timeline.mark(f"WebSocket said {PAID_STATUS}", at=live.statuses[PAID_STATUS])


def _await_mail(folder: Path, timeline: Timeline, *, address: str, number: str) -> None:
    if not wait_until(lambda: bool(_find_mails(folder, address=address, number=number)), seconds=_SECONDS):
        raise JourneyFailed(f"{folder}: no mail to {address} that names order {number} after {_SECONDS:.0f} s")
    timeline.mark(f"mail {_find_mails(folder, address=address, number=number)[0]!r}")


def _find_mails(folder: Path, *, address: str, number: str) -> list[str]:
    subjects = []
    for path in sorted(folder.glob("*.eml"), key=lambda path: path.stat().st_mtime):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        body = message.get_body(("plain", "html"))
        text = f"{message['subject']} {body.get_content() if body else ''}"
        if address in str(message["to"]) and number in text:
            subjects.append(str(message["subject"]))
    return subjects
