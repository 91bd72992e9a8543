"""What must be refused: foreign and tampered access, open redirects, forged webhooks, injected script."""

import hashlib
import hmac
import http.client
import json
import time
import uuid
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.shop.client import guest, wait_for


@pytest.fixture(scope="module")
def placed(shop):
    (variant,) = shop.variants(1, stock=100)
    client = shop.client()
    order = client.order({variant: 1})
    return client, order, client.intent(order).body


def test_no_secret_stands_on_a_command_line(shop):
    pids = [pid for found in shop.run["pids"].values() for pid in found]
    commands = b"".join(Path(f"/proc/{pid}/cmdline").read_bytes() for pid in pids)

    assert b"apps.payments.sandbox" in commands
    assert b"whsec_" not in commands
    assert b"sk_test" not in commands


def test_a_client_that_still_sends_hears_that_it_may_not(shop):
    body = b"x" * 10_000_000

    for _ in range(40):
        connection = http.client.HTTPConnection(urlsplit(shop.base).netloc, timeout=20)
        connection.request("POST", "/admin/work/stock/", body=body, headers={"Content-Type": "text/plain"})
        assert connection.getresponse().status == 403
        connection.close()


def test_order_without_its_token_or_with_a_tampered_one_does_not_exist(shop, placed):
    _, order, _ = placed
    path, token = f"/api/v1/orders/{order['id']}", order["order_token"]

    for wrong in ("", "x", token[:-2] + ("aa" if token[-2:] != "aa" else "bb"), token.swapcase()):
        answer = shop.client().call("GET", path, **({"Order_Token": wrong} if wrong else {}))
        assert answer.status in (401, 404), wrong


def test_token_of_one_order_opens_no_other(shop, placed):
    _, order, payment = placed
    (variant,) = shop.variants(1)
    other = shop.client().order({variant: 1})
    foreign = guest(order)

    assert shop.client().call("GET", f"/api/v1/orders/{other['id']}", **foreign).status == 404
    assert shop.client().call("PUT", f"/api/v1/orders/{other['id']}/cancel", {}, **foreign).status == 404
    assert shop.client().call("GET", f"/api/v1/orders/{other['id']}/tracking", **foreign).status == 404
    assert shop.client().call("GET", f"/api/v1/payments/{payment['id']}", **guest(other)).status == 404
    body = {"order_id": other["id"], "provider": "stripe"}
    assert shop.client().call("POST", "/api/v1/payments/intent", body, Idempotency_Key="k", **foreign).status == 404
    body = {"payment_id": payment["id"], "payment_method": "pm_card_visa"}
    assert (
        shop.client().call("POST", "/api/v1/payments/confirm", body, Idempotency_Key="k", **guest(other)).status == 404
    )


@pytest.mark.parametrize("token", ["", "garbage", None])
def test_socket_without_a_right_token_says_nothing(shop, placed, token):
    _, order, _ = placed

    with connect(order["live_url"], origin=shop.base, open_timeout=10) as socket, pytest.raises(ConnectionClosed):
        if token is not None:
            socket.send(json.dumps({"token": token}))
        message = socket.recv(timeout=15)
        assert "status" not in message


def test_socket_of_a_foreign_page_is_refused(shop, placed):
    _, order, _ = placed

    with pytest.raises(Exception, match=r"40[13]|rejected"):
        connect(order["live_url"], origin="https://evil.example", open_timeout=10).close()


@pytest.mark.parametrize(
    "url", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "http://127.0.0.1.evil.example/"]
)
def test_payment_does_not_return_to_a_foreign_address(shop, placed, url):
    client, order, _ = placed

    answer = client.intent(order, return_url=url)

    assert answer.status == 400
    assert answer.body["errors"][0]["field"] == "return_url"


def event(payment_intent="pi_x", amount=100):
    data = {"object": {"id": payment_intent, "object": "payment_intent", "amount": amount, "status": "succeeded"}}
    return {"id": f"evt_{uuid.uuid4().hex}", "object": "event", "type": "payment_intent.succeeded", "data": data}


def signature(body, secret, at=None):
    at = int(at or time.time())
    return f"t={at},v1={hmac.new(secret.encode(), f'{at}.'.encode() + body, hashlib.sha256).hexdigest()}"


@pytest.mark.parametrize("forge", ["wrong secret", "old", "changed byte", "none"])
def test_forged_webhook_is_refused(shop, forge):
    environ = Path(f"/proc/{shop.run['pids']['web'][0]}/environ").read_text().split("\0")
    secret = next(item for item in environ if item.startswith("STRIPE_WEBHOOK_SECRET=")).partition("=")[2]
    body = json.dumps(event()).encode()
    headers = {
        "wrong secret": {"Stripe_Signature": signature(body, "whsec_wrong")},
        "old": {"Stripe_Signature": signature(body, secret, time.time() - 3600)},
        "changed byte": {"Stripe_Signature": signature(body.replace(b"100", b"101"), secret)},
        "none": {},
    }[forge]

    answer = shop.client().call("POST", "/api/v1/payments/webhooks/stripe", body, **headers)

    assert answer.status == 400


def test_well_signed_webhook_about_an_unknown_payment_changes_nothing(shop, placed):
    client, order, _ = placed
    environ = Path(f"/proc/{shop.run['pids']['web'][0]}/environ").read_text().split("\0")
    secret = next(item for item in environ if item.startswith("STRIPE_WEBHOOK_SECRET=")).partition("=")[2]
    body = json.dumps(event()).encode()

    answer = shop.client().call(
        "POST", "/api/v1/payments/webhooks/stripe", body, Stripe_Signature=signature(body, secret)
    )

    assert answer.status < 300
    assert client.look(order)["status"] == "awaiting_payment"


def test_script_in_an_imported_description_is_gone(shop, tmp_path):
    name = f"Trap {uuid.uuid4().hex[:6]}"
    export = tmp_path / "trap.csv"
    export.write_text(
        "Handle,Title,Body (HTML),Vendor,Published,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Qty,Variant Price,Status\n"
        f'{name.lower().replace(" ", "-")},{name},"<p onclick=""x()"">Hi<script>alert(1)</script>'
        '<img src=x onerror=alert(1)><a href=""javascript:alert(1)"">x</a></p>",Evil,TRUE,Title,Default Title,,5,9.90,active\n'
    )
    shop.manage("import_products", str(export), "--currency", "EUR")

    slug = name.lower().replace(" ", "-")
    detail = wait_for(
        lambda: (answer := shop.client().call("GET", f"/api/v1/products/{slug}")).status == 200 and answer.body,
        what="the product",
    )
    html = detail["description_html"].lower()
    assert "hi" in html
    assert not any(evil in html for evil in ("<script", "onclick", "onerror", "javascript:"))
    page = shop.client().call("GET", f"/products/{slug}/")
    assert page.status == 200
    assert b"alert(1)" not in page.raw


def test_every_page_and_answer_has_its_headers(shop):
    for path in ("/", "/api/v1/products", "/api/v1/categories"):
        answer = shop.client().call("GET", path)
        assert answer.status == 200
        assert "x-request-id" in answer.headers
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "unsafe" not in answer.headers["content-security-policy"]


def test_request_id_is_taken_over_and_named_in_problems(shop):
    answer = shop.client().call("GET", f"/api/v1/orders/{uuid.uuid4()}", X_Request_ID="my-request-1234")

    assert answer.headers["x-request-id"] == "my-request-1234"
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.body["request_id"] == "my-request-1234"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/api/v1/products?limit=0", None),
        ("GET", "/api/v1/products?cursor=%00", None),
        ("GET", "/api/v1/products?min_price=abc", None),
        ("GET", "/api/v1/products?currency=XXX", None),
        ("GET", "/api/v1/products?sort=chaos", None),
        ("POST", "/api/v1/cart/items", b"{"),
        ("POST", "/api/v1/cart/items", b"[]"),
        ("POST", "/api/v1/cart/items", {"variant_id": "x", "quantity": 1}),
        ("POST", "/api/v1/cart/items", {"variant_id": "\x00", "quantity": 1}),
        ("PATCH", "/api/v1/checkout", {"email": "no-address"}),
        ("PATCH", "/api/v1/checkout", {"shipping_address": {"country": "XX"}}),
        ("PATCH", "/api/v1/checkout", {"promo_codes": ["FREE"]}),
        ("POST", "/api/v1/auth/register", {"email": "a@b.example", "password": "1"}),
    ],
)
def test_bad_input_is_a_400_that_names_the_field(shop, method, path, body):
    answer = shop.client().call(method, path, body)

    assert answer.status == 400, answer.raw
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.body["detail"]
