"""Opens Checkout Sessions and walks their pages as a browser without JavaScript would."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

import requests
import stripe

SUCCESS_URL = "https://shop.test/done?session={CHECKOUT_SESSION_ID}"
CANCEL_URL = "https://shop.test/cart"


def line(name: str, unit_amount: int, quantity: int = 1, currency: str = "eur") -> dict[str, Any]:
    price = {"currency": currency, "unit_amount": unit_amount, "product_data": {"name": name}}
    return {"price_data": price, "quantity": quantity}


def open_session(client: stripe.StripeClient, **params: Any) -> Any:
    defaults: dict[str, Any] = {
        "mode": "payment",
        "line_items": [line("Linen shirt", 3995, 2), line("Shipping", 500)],
        "success_url": SUCCESS_URL,
        "cancel_url": CANCEL_URL,
    }
    given = {key: value for key, value in (defaults | params).items() if value is not None}
    return client.v1.checkout.sessions.create(given)


def choose(url: str, outcome: str) -> requests.Response:
    """Submit the pay form with one outcome; redirects are left to the test."""
    return requests.post(url, data={"outcome": outcome}, allow_redirects=False, timeout=10)


def location(answer: requests.Response) -> str:
    assert answer.status_code == 303, answer.text
    return urljoin(answer.url, answer.headers["Location"])
