"""The shop holds what its OpenAPI document says: every operation works, and no generated request ends in a 5xx."""

from __future__ import annotations

import base64
import json
import os
import re
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
import schemathesis
from schemathesis import engine
from schemathesis.engine import events

from tests.shop.client import ADDRESS, Answer, Client
from tests.shop.running import Shop

DOCUMENT = "/api/schema/?format=json"
# Of each operation and caller; more in a run of thousands (docs/running.md).
EXAMPLES = max(6, min(100, int(os.environ.get("ABUSE_REQUESTS", "0")) // 500))
METHODS = {"get", "post", "put", "patch", "delete"}
PASSWORD = "correct horse battery"
Request = tuple[str, str, str, int]
"""Method, host, path and status of a request that was sent."""


def load_config(*, base: str = "", headers: dict[str, str] | None = None, known: dict[str, str] | None = None) -> Any:
    """Few, always the same, valid and invalid requests to each operation, of which only a 5xx fails.

    `known` are the path parameters that exist.
    """
    where = {"base-url": base} if base else {}
    return schemathesis.Config.from_dict(
        {
            **where,
            "seed": 1,
            "headers": headers or {},
            "parameters": {f"path.{name}": value for name, value in (known or {}).items()},
            "request-timeout": 20,
            "checks": {"enabled": False, "not_a_server_error": {"enabled": True}},
            "generation": {"max-examples": EXAMPLES, "deterministic": True, "no-shrink": True, "database": "none"},
            "phases": {
                "examples": {"enabled": False},
                "coverage": {"enabled": False},
                "stateful": {"enabled": False},
            },
        }
    )


def execute(schema: Any) -> Iterator[Request]:
    """Send the generated requests of every operation."""
    for event in engine.from_schema(schema).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            raise AssertionError(event)
        if isinstance(event, events.ScenarioFinished):
            for sent in event.recorder.interactions.values():
                parts = urlsplit(sent.request.uri)
                status = sent.response.status_code if sent.response else 0
                yield sent.request.method, parts.hostname or "", parts.path, status


def server_errors(requests: Iterable[Request]) -> list[Request]:
    """Those of a 5xx or of no answer at all."""
    return [request for request in requests if request[3] >= 500 or request[3] == 0]


def operations(document: Any) -> set[tuple[str, str]]:
    paths = document["paths"].items()
    return {(method.upper(), path) for path, methods in paths for method in methods if method in METHODS}


def operation_of(document: Any, method: str, path: str) -> tuple[str, str] | None:
    """Return the operation a request was for; the path with the fewest parameters wins."""
    fitting = [
        (verb, template)
        for verb, template in operations(document)
        if verb == method and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path)
    ]
    return min(fitting, key=lambda found: found[1].count("{"), default=None)


def responses_of(document: Any, operation: tuple[str, str]) -> Any:
    method, path = operation
    return document["paths"][path][method.lower()]["responses"]


@dataclass
class Recorder(Client):
    """A client that notes which requests went well."""

    worked: list[Request] = field(default_factory=list)

    def _send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Answer:
        answer = super()._send(method, path, body, headers)
        if answer.status < 300:
            self.worked.append((method, self.base, urlsplit(path).path, answer.status))
        return answer


@dataclass(frozen=True)
class World:
    """What the walk through every operation left behind: who may do what, and what exists."""

    document: Any
    worked: list[Request]
    headers: dict[str, dict[str, str]]
    known: dict[str, str]


@pytest.fixture(scope="module")
def world(shop: Shop) -> World:
    document = shop.client().expect(200, "GET", DOCUMENT)
    staff = Recorder(shop.base, token=shop.staff().token)
    customer, guest = Recorder(shop.base), Recorder(shop.base)
    product = walk_catalogue(staff)
    address = walk_account(customer, shop)
    order, payment = walk_purchase(guest, staff, product["variants"][0]["id"])
    item = guest.add(product["variants"][0]["id"])["items"][0]
    known = {
        "order_id": order["id"],
        "payment_id": payment["id"],
        "product_id": product["id"],
        "id_or_slug": product["slug"],
        "variant_id": product["variants"][0]["id"],
        "item_id": item["id"],
        "address_id": address["id"],
        "code": "DE",
    }
    headers = {
        "guest": {"Cart-Token": guest.cart_token, "Order-Token": order["order_token"]},
        "customer": {"Authorization": f"Bearer {customer.token}"},
        "staff": {"Authorization": f"Bearer {staff.token}"},
    }
    return World(document, [*staff.worked, *customer.worked, *guest.worked], headers, known)


def walk_catalogue(staff: Recorder) -> Any:
    """Make, read, replace, change and delete products, and put one in stock."""
    price = {"EUR": {"amount": "19.90", "currency": "EUR"}}
    body = {"title": f"Lamp {uuid.uuid4().hex[:8]}", "status": "published", "variants": [{"prices": price}]}
    product = staff.expect(201, "POST", "/api/v1/staff/products", body)
    path = f"/api/v1/staff/products/{product['id']}"
    staff.expect(200, "GET", "/api/v1/staff/products")
    staff.expect(200, "PUT", path, staff.expect(200, "GET", path))
    staff.expect(200, "PATCH", path, {"vendor": "Northfold"})
    other = staff.expect(201, "POST", "/api/v1/staff/products", {**body, "title": f"Vase {uuid.uuid4().hex[:8]}"})
    staff.expect(204, "DELETE", f"/api/v1/staff/products/{other['id']}")
    stock = f"/api/v1/inventory/{product['variants'][0]['id']}"
    staff.expect(200, "PUT", stock, {"on_hand": 1000, "reason": "test"})
    staff.expect(200, "GET", stock)
    return product


def walk_account(customer: Recorder, shop: Shop) -> Any:
    """Register, sign in, refresh, sign out, forget the password; keep addresses; see no orders. Returns an address."""
    email = f"{uuid.uuid4().hex}@example.com"
    customer.expect(201, "POST", "/api/v1/auth/register", {"email": email, "password": PASSWORD, "first_name": "Ada"})
    pair = customer.expect(200, "POST", "/api/v1/auth/login", {"email": email, "password": PASSWORD})
    pair = customer.expect(200, "POST", "/api/v1/auth/refresh", {"refresh": pair["refresh"]})
    customer.token = pair["access"]
    customer.expect(200, "GET", "/api/v1/users/me")
    customer.expect(200, "PATCH", "/api/v1/users/me", {"first_name": "Augusta"})
    path = "/api/v1/users/me/addresses"
    first, second = (customer.expect(201, "POST", path, ADDRESS) for _ in range(2))
    customer.expect(200, "PUT", f"{path}/{first['id']}", {**ADDRESS, "city": "Potsdam"})
    customer.expect(204, "DELETE", f"{path}/{second['id']}")
    customer.expect(200, "GET", path)
    customer.expect(200, "GET", "/api/v1/orders")
    customer.expect(204, "POST", "/api/v1/auth/logout", {"refresh": pair["refresh"]})
    customer.expect(202, "POST", "/api/v1/auth/password-reset", {"email": email})
    (token,) = set(re.findall(r"token=([\w-]+)", shop.wait_for_mail(email, "password").as_string()))
    new = {"token": token, "password": f"{PASSWORD} again"}
    customer.expect(204, "POST", "/api/v1/auth/password-reset/confirm", new)
    return first


def walk_purchase(guest: Recorder, staff: Recorder, variant_id: str) -> tuple[Any, Any]:
    """Browse, fill carts, buy one order that is delivered and refunded, and one that is cancelled."""
    card = guest.expect(200, "GET", "/api/v1/products?limit=1")["results"][0]
    guest.expect(200, "GET", f"/api/v1/products/{card['slug']}")
    guest.expect(200, "GET", f"/api/v1/products/{card['slug']}/inventory")
    guest.expect(200, "GET", "/api/v1/categories")
    country = guest.expect(200, "GET", "/api/v1/countries")["results"][0]
    guest.expect(200, "GET", f"/api/v1/countries/{country['code']}")
    walk_cart(guest, variant_id)
    token = {"Order_Token": (cancelled := guest.order({variant_id: 1}))["order_token"]}
    guest.expect(200, "PUT", f"/api/v1/orders/{cancelled['id']}/cancel", **token)
    order = guest.order({variant_id: 1})
    payment = guest.pay(order)
    guest.wait_for_status(order, "processing")
    token = {"Order_Token": order["order_token"]}
    guest.expect(200, "GET", f"/api/v1/payments/{payment['id']}", **token)
    guest.expect(200, "GET", f"/api/v1/orders/{order['id']}/tracking", **token)
    staff.expect(200, "GET", "/api/v1/staff/orders")
    path = f"/api/v1/staff/orders/{order['id']}/shipments"
    sent = staff.expect(201, "POST", path, {}, Idempotency_Key=uuid.uuid4().hex)["shipments"][0]
    label = base64.b64encode(b"^XA^FDNorthfold^FS^XZ").decode()
    staff.expect(204, "PUT", f"{path}/{sent['id']}/label", {"label": label})
    assert staff.call("GET", f"{path}/{sent['id']}/label").raw == b"^XA^FDNorthfold^FS^XZ"
    staff.expect(200, "POST", f"/api/v1/staff/orders/{order['id']}/deliver", {})
    refund = {"payment_id": payment["id"], "reason": "test", "amount": {"amount": "1.00", "currency": "EUR"}}
    staff.expect(201, "POST", "/api/v1/payments/refund", refund, Idempotency_Key=uuid.uuid4().hex)
    return order, payment


def walk_cart(guest: Recorder, variant_id: str) -> None:
    item = guest.add(variant_id)["items"][0]
    guest.expect(200, "PUT", f"/api/v1/cart/items/{item['id']}", {"quantity": 2})
    guest.expect(200, "DELETE", f"/api/v1/cart/items/{item['id']}")
    guest.expect(204, "DELETE", "/api/v1/cart")
    guest.expect(200, "GET", "/api/v1/cart")
    guest.expect(200, "GET", "/api/v1/checkout")


def test_every_operation_of_the_document_works(world):
    reached = {operation_of(world.document, method, path) for method, _host, path, _status in world.worked}

    assert operations(world.document) - reached == set()


def test_every_success_is_one_that_the_document_names(world):
    got = {(operation_of(world.document, method, path), str(status)) for method, _host, path, status in world.worked}

    assert {found for found in got if found[1] not in responses_of(world.document, found[0])} == set()


@pytest.mark.parametrize("caller", ["guest", "customer", "staff"])
def test_no_generated_request_ends_in_a_server_error(shop, world, caller):
    config = load_config(base=shop.base, headers=world.headers[caller], known=world.known)

    sent = list(execute(schemathesis.openapi.from_dict(world.document, config=config)))

    assert server_errors(sent) == []
    asked = {operation_of(world.document, method, path) for method, _host, path, _status in sent}
    assert operations(world.document) - asked == set()
    assert {host for _method, host, _path, _status in sent} == {urlsplit(shop.base).hostname}


def break_on_valid_item(document: Any) -> Callable[..., list[bytes]]:
    """A shop that takes every request, but fails on an item of the form that its document asks for."""

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        content = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        broken = environ["REQUEST_METHOD"] == "POST" and is_item(environ["PATH_INFO"], content)
        start_response("500 Internal Server Error" if broken else "200 OK", [("Content-Type", "application/json")])
        return [json.dumps(document if environ["PATH_INFO"] == urlsplit(DOCUMENT).path else {}).encode()]

    return application


def is_item(path: str, content: bytes) -> bool:
    try:
        body = json.loads(content)
        uuid.UUID(body["variant_id"])
        return path == "/api/v1/cart/items" and 1 <= body["quantity"] <= 999
    except (ValueError, TypeError, KeyError, AttributeError):
        return False


def test_failure_on_a_valid_body_is_found(world):
    schema = schemathesis.openapi.from_wsgi(DOCUMENT, break_on_valid_item(world.document), config=load_config())

    failed = server_errors(execute(schema))

    assert {(method, path) for method, _host, path, _status in failed} == {("POST", "/api/v1/cart/items")}
