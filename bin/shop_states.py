"""What pages of a shop need before they can be seen: orders in every state, a size that is sold out, and answers that only faults bring about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from bin.rare_answers import Answer, ask_for_answers
from tests.shop.client import Client, guest

_PARCEL = {"carrier": "DHL", "tracking_number": "00340434161094000000", "tracking_url": "https://www.dhl.com/"}
# Seconds, for a payment or a refund to come through on a machine that others keep busy.
_PATIENCE = 120


class OutOfReach(Exception):
    """A page that a shop has no way to as it stands; the text says what it lacks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class States:
    """Where to look: `paths` by name of the page (those of orders bear the buyer's token), and `answers` that no path leads to."""

    paths: Mapping[str, str]
    answers: Mapping[str, Answer]


def bring_about(base: str, *, staff: Mapping[str, str], state: Path) -> States:
    """Place, pay, send, cancel and refund orders in a shop of `bin/up` that runs on `state`; `staff` holds `email` and `password`."""
    shopper, clerk = _client(base), _client(base)
    given = {"email": staff["email"], "password": staff["password"]}
    clerk.token = clerk.expect(200, "POST", "/api/v1/auth/login", given)["access"]
    paths = {**_make_orders(base, clerk, _variants(shopper)), "sold-out": _find_sold_out(shopper)}
    return States(paths=paths, answers=ask_for_answers(state))


def _client(base: str) -> Client:
    # The server ends connections that are silent while another waits.
    return Client(base, patience=_PATIENCE)


def _make_orders(base: str, clerk: Client, variants: Iterator[str]) -> dict[str, str]:
    names = ("awaiting-payment", "cancelled", "paid", "shipped", "delivered", "refunded")
    buyers = {name: _client(base) for name in names}
    orders = {name: buyer.order({next(variants): 1}) for name, buyer in buyers.items()}
    ended = orders["cancelled"]
    buyers["cancelled"].expect(200, "PUT", f"/api/v1/orders/{ended['id']}/cancel", **guest(ended))
    paid = {name: buyers[name].pay(orders[name]) for name in names[2:]}
    for name in paid:
        buyers[name].wait_for_status(orders[name], "processing", seconds=_PATIENCE)
    for name in ("shipped", "delivered"):
        path = f"/api/v1/staff/orders/{orders[name]['id']}"
        clerk.expect(201, "POST", f"{path}/shipments", _PARCEL, Idempotency_Key=str(uuid4()))
    clerk.expect(200, "POST", f"{path}/deliver")
    back = {"payment_id": paid["refunded"]["id"], "reason": "Arrived damaged"}
    clerk.expect(201, "POST", "/api/v1/payments/refund", back, Idempotency_Key=str(uuid4()))
    buyers["refunded"].wait_for_status(orders["refunded"], "refunded", seconds=_PATIENCE)
    return {f"order-{name}": f"/orders/{order['id']}/?token={order['order_token']}" for name, order in orders.items()}


def _variants(client: Client) -> Iterator[str]:
    """Yield variants that can be bought, each of another product."""
    for card in _cards(client, "in_stock=true&limit=50"):
        detail = client.expect(200, "GET", f"/api/v1/products/{card['id']}")
        yield from [variant["id"] for variant in detail["variants"] if variant["in_stock"]][:1]
    raise OutOfReach("Too few products are in stock to order six of them.")


def _find_sold_out(client: Client) -> str:
    """Return where a variant that is sold out is chosen."""
    for card in _cards(client, "limit=100"):
        detail = client.expect(200, "GET", f"/api/v1/products/{card['id']}")
        for variant in detail["variants"]:
            if not variant["in_stock"] and variant["options"]:
                return f"/products/{card['slug']}/?{urlencode(variant['options'])}"
    raise OutOfReach("Nothing with options is sold out among the first hundred products.")


def _cards(client: Client, query: str) -> list[dict[str, Any]]:
    cards: list[dict[str, Any]] = client.expect(200, "GET", f"/api/v1/products?{query}")["results"]
    return cards
