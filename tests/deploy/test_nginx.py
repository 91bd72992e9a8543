"""A real nginx with the shipped configuration, in front of the composition's services, each on its own surface."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import socket
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from ecommerce.local.ports import find_free_block
from tests.deploy.proxy import UPSTREAMS, nginx
from tests.shop.client import wait_for

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240)]
HASHED = re.compile(r'"(/static/[^"]+\.[0-9a-f]{12}\.css)"')


def stylesheet(proxy) -> str:
    return HASHED.search(proxy.ask("/").raw.decode())[1]


def test_an_order_is_placed_paid_and_followed_live_through_the_split_shop(shipped, paid_order):
    order, statuses = paid_order

    assert order["live_url"].startswith(f"wss://localhost:{shipped.tls}/ws/orders/")
    assert statuses[0] == "awaiting_payment"
    assert statuses[-1] == "processing"
    wait_for(
        lambda: [mail for mail in shipped.mails() if order["number"].encode() in mail],
        what="the mail",
        seconds=60,
    )


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        ("/", 200, "text/html"),
        ("/products/", 200, "text/html"),
        ("/api/v1/products", 200, "application/json"),
        ("/api/v1/categories", 200, "application/json"),
        ("/api/v1/cart", 200, "application/json"),
        ("/api/v1/staff/products", 401, "application/problem+json"),
        ("/api/docs/", 200, "text/html"),
        ("/api/schema/", 200, "application/yaml"),
        ("/admin/login/", 200, "text/html"),
        ("/no/such/page/", 404, "text/html"),
        (f"/media/{'0' * 32}/400.webp", 404, "text/plain"),
        ("/health/live", 200, "application/json"),
    ],
)
def test_every_path_finds_the_service_that_serves_it(proxy, path, status, kind):
    answer = proxy.ask(path)

    assert answer.status == status
    assert answer.headers.get_content_type() == kind


@pytest.mark.parametrize("path", ["/metrics", "/health/ready", "/nginx-health", "/own_page.conf", "/unavailable.html"])
def test_what_is_for_machines_inside_is_not_found_outside(proxy, path):
    assert proxy.ask(path).status == 404


def test_webhooks_reach_their_own_service(proxy):
    answer = proxy.call("POST", "/api/v1/payments/webhooks/stripe", {})

    assert answer.status == 400
    assert answer.headers.get_content_type() == "application/problem+json"


def test_plain_http_is_sent_to_https_with_its_method(proxy):
    connection = http.client.HTTPConnection("localhost", proxy.plain, timeout=10)
    connection.request("POST", "/cart/add/?a=b")
    answer = connection.getresponse()

    assert answer.status == 308
    assert answer.headers["Location"] == "https://localhost/cart/add/?a=b"


@pytest.mark.parametrize("path", ["/", "/api/v1/products", "/api/v1/cart", "/admin/login/"])
def test_answers_of_the_shop_carry_its_security_headers_once(proxy, path):
    headers = proxy.ask(path).headers

    for name in (
        "Content-Security-Policy",
        "X-Content-Type-Options",
        "X-Frame-Options",
        "Referrer-Policy",
        "X-Request-ID",
    ):
        assert len(headers.get_all(name)) == 1, name
    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert "Server" not in headers or "/" not in headers["Server"]


def test_static_files_are_immutable_compressed_and_kept(proxy):
    path = stylesheet(proxy)

    first = proxy.ask(path, Accept_Encoding="br")
    plain = proxy.ask(path, Accept_Encoding="identity")
    gzipped = proxy.ask(path, Accept_Encoding="gzip")

    assert "immutable" in first.headers["Cache-Control"]
    assert "max-age=315360000" in first.headers["Cache-Control"]
    assert first.headers["Content-Encoding"] == "br"
    assert gzipped.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert len(first.raw) < len(plain.raw)
    assert first.headers["X-Content-Type-Options"] == "nosniff"
    assert len(first.headers.get_all("X-Request-ID")) == 1


def test_pages_are_compressed_and_the_etags_of_the_api_stay_strong(proxy):
    page = proxy.ask("/", Accept_Encoding="gzip")
    schema = proxy.ask("/api/schema/", Accept_Encoding="gzip")
    listing = proxy.ask("/api/v1/products", Accept_Encoding="gzip")

    assert page.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in page.headers["Vary"]
    assert "Content-Encoding" not in schema.headers
    assert listing.headers["Content-Encoding"] == "gzip"
    assert proxy.ask("/api/v1/products", If_None_Match=listing.headers["ETag"]).status == 304


def test_a_request_id_is_taken_over_or_made_and_logged(proxy):
    given = f"test-{uuid.uuid4()}"

    assert proxy.ask("/", X_Request_ID=given).headers["X-Request-ID"] == given
    assert re.fullmatch(r"[0-9a-f]{32}", proxy.ask("/", X_Request_ID="two words").headers["X-Request-ID"])
    line = next(line for line in proxy.log.read_text().splitlines() if given in line)
    assert json.loads(line)["request_id"] == given
    assert json.loads(line)["status"] == 200


def test_what_a_client_says_of_its_address_is_not_believed(proxy):
    def sign_in(number: int) -> int:
        credentials = {"email": f"nobody{number}@example.com", "password": "wrong-wrong-wrong"}
        return proxy.call("POST", "/api/v1/auth/login", credentials, X_Forwarded_For=f"203.0.113.{number}").status

    statuses = [sign_in(number) for number in range(14)]

    assert statuses[0] == 401
    assert 429 in statuses


def test_a_client_cannot_say_that_it_came_over_another_scheme_or_host(proxy):
    answer = proxy.ask("/account/orders/", X_Forwarded_Proto="http", X_Forwarded_Host="evil.example")

    assert "evil.example" not in str(answer.headers)
    assert proxy.ask("/", Host="evil.example").status == 400


@pytest.mark.parametrize(
    ("path", "kind"), [("/cart/add/", "text/html"), ("/api/v1/cart/items", "application/problem+json")]
)
def test_a_body_over_a_megabyte_is_refused_in_the_language_of_the_path(proxy, path, kind):
    answer = proxy.ask(path, method="POST", body=b"x" * (1024 * 1024 + 1), Content_Type="application/json")

    assert answer.status == 413
    assert answer.headers.get_content_type() == kind
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_staff_may_send_files_and_strangers_at_the_door_may_not(proxy):
    file = b"x" * (2 * 1024 * 1024)

    assert proxy.ask("/admin/work/stock/", method="POST", body=file, Content_Type="text/plain").status in (302, 403)
    assert proxy.ask("/admin/login/", method="POST", body=file, Content_Type="text/plain").status == 413


def test_a_flood_from_one_address_is_held_off_with_a_problem(proxy):
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: proxy.ask("/health/live"), range(500)))
        if all(answer.status == 200 for answer in answers):  # a slow machine let the bucket refill
            answers = list(pool.map(lambda _: proxy.ask("/health/live"), range(1500)))

    refused = [answer for answer in answers if answer.status == 429]
    assert refused
    assert refused[0].headers["Retry-After"] == "5"
    time.sleep(1)


@pytest.mark.parametrize("root", ["", "/de", "/fr"])
def test_signing_in_is_limited_in_every_language(proxy, root):
    """Thirty a minute and twenty at once: of sixty some are over, however slow the machine."""
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: proxy.ask(f"{root}/account/sign-in/"), range(60)))

    refused = [answer for answer in answers if answer.status == 429]
    assert refused
    assert refused[0].headers["Retry-After"] == "5"


def test_a_slow_head_is_cut_off(proxy):
    with socket.create_connection(("127.0.0.1", proxy.plain), timeout=20) as slow:
        slow.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
        with contextlib.suppress(ConnectionResetError):
            assert slow.recv(1) == b""


def test_websockets_are_served_where_they_live_and_nowhere_else(shipped, proxy):
    with pytest.raises(InvalidStatus) as refused:
        connect(f"wss://localhost:{proxy.tls}/products/", origin=shipped.origin, ssl=proxy.context, open_timeout=10)

    assert refused.value.response.status_code == 200


def test_while_the_shop_is_away_pages_and_api_say_so_and_when_to_come_back(tmp_path):
    block, nobody = find_free_block(), find_free_block()
    with nginx(tmp_path, plain=block, tls=block + 1, upstreams=dict.fromkeys(UPSTREAMS, nobody)) as alone:
        page, api, hook = alone.ask("/"), alone.ask("/api/v1/cart"), alone.ask("/api/v1/payments/webhooks/stripe")
        style = alone.ask("/unavailable.css")
        upload = alone.ask("/admin/work/stock/", method="POST", body=b"x" * 2_000_000, Content_Type="text/plain")

    assert upload.status == 503
    assert page.status == api.status == hook.status == 503
    assert b"Back in a moment" in page.raw
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert style.headers.get_content_type() == "text/css"
    assert {page.headers["Retry-After"], api.headers["Retry-After"]} == {"10"}
    assert api.headers.get_content_type() == "application/problem+json"
    assert api.body["request_id"] == api.headers["X-Request-ID"]
    assert api.body["code"] == "unavailable"


def test_static_files_outlive_a_storefront_that_is_gone(shipped, proxy):
    path = stylesheet(proxy)
    kept = proxy.ask(path, Accept_Encoding="br").raw
    shipped.stop("storefront")

    assert proxy.ask("/").status == 503
    assert proxy.ask("/api/v1/products").status == 200
    assert proxy.ask(path, Accept_Encoding="br").raw == kept
    shipped.start("storefront")
    assert proxy.ask("/").status == 200
