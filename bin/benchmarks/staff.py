"""The pages of staff in a shop with many orders, products and people: time and statements of each, on rows made by SQL.

Limits are what holds on any machine: how many statements a page sends, and how much longer it takes where there are twenty times the rows.
"""

from __future__ import annotations

import re
import statistics
import time
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.shop import BenchShop

ROWS = Path(__file__).resolve().parent / "staff_rows.sql"
ADMIN = "/admin/"
PAGES = {
    "opening page": "",
    "orders": "orders/order/",
    "orders to ship": "orders/order/?status__exact=processing",
    "orders, page 20": "orders/order/?p=20",
    "search by number": "orders/order/?q=B{some}",
    "search by e-mail address": "orders/order/?q=buyer{some}@example.com",
    "search by a regular's address": "orders/order/?q=regular@example.com",
    "search by a part of a name": "orders/order/?q=amily{some}",
    "search by a part of every name": "orders/order/?q=amil",
    "search by SKU": "orders/order/?q=BENCH-{some}",
    "search by tracking number": "orders/order/?q=TRACK-{some}",
    "search by provider's id": "orders/order/?q=pi_bench_{some}",
    "search that finds nothing": "orders/order/?q=nothing-of-ours",
    "payments": "payments/payment/",
    "products": "catalog/product/",
    "products of a status": "catalog/product/?status__exact=published",
    "search of products by title": "catalog/product/?q=bench+{some}",
    "search of products by a common word": "catalog/product/?q=bench",
    "search of products that finds nothing": "catalog/product/?q=nothing-of-ours",
    "low stock": "work/low-stock/",
    "sold out": "work/low-stock/?status=out",
    "stock by SKU": "work/stock/?sku=BENCH-{some}",
    "stock movements": "work/stock-movements/",
    "stock movements of a kind": "work/stock-movements/?kind=adjust",
    "people": "accounts/user/",
    "search of people": "accounts/user/?q=buyer{some}@",
    "one order": "orders/order/{order}/change/",
    "one product": "work/products/{product}/",
    "a regular buyer": "work/orders/{regular}/buyer/",
}

# The opening page has as many: a figure or two of each app.
MOST_STATEMENTS = 20
TIMES_FEWER = 20
# The first row that is the regular's, in staff_rows.sql.
REGULAR = 3
# Below this a page takes as long as it takes to build, whatever it reads.
FEWEST_TO_COMPARE = 10_000
MOST_GROWTH = 3.0
# They find more where there is more, and show it up to a page.
MOST_GROWTH_OF_FINDS = {"orders to ship": 5.0, "search by SKU": 8.0, "a regular buyer": 5.0}


def measure(shop: BenchShop, *, rows: int, repeats: int, warm_ups: int) -> dict[str, Any]:
    """Make so many orders, products and people, and ask for each page, with a twentieth of them and with all; `shop` counts its statements.

    Returns by page the milliseconds of `repeats` whole answers (median, least, most) and the statements of one, with all rows; and its
    `growth`, how many times the least is that with a twentieth.
    """
    browser, few = Staff(shop), max(rows // TIMES_FEWER, REGULAR)
    early_warm_ups = warm_ups if rows >= FEWEST_TO_COMPARE else 0
    before = _measure_all(shop, browser, _fill(shop, first=1, rows=few), repeats=repeats, warm_ups=early_warm_ups)
    after = _measure_all(shop, browser, _fill(shop, first=few + 1, rows=rows), repeats=repeats, warm_ups=warm_ups)
    for page, found in after.items():
        found["growth"] = round(found["min_ms"] / before[page]["min_ms"], 2)
    return {"rows": rows, **after}


def find_broken(figures: dict[str, Any]) -> list[str]:
    """Return what exceeds a limit, one sentence each; `figures` are those of `measure`."""
    broken = []
    for page, found in figures.items():
        if page == "rows":
            continue
        if found["statements"] > MOST_STATEMENTS:
            broken.append(
                f"staff page {page!r} sends {found['statements']} statements, at most {MOST_STATEMENTS} are allowed"
            )
        most = MOST_GROWTH_OF_FINDS.get(page, MOST_GROWTH)
        if figures["rows"] >= FEWEST_TO_COMPARE and found["growth"] > most:
            broken.append(
                f"staff page {page!r} takes {found['growth']} times as long with {TIMES_FEWER} times the rows, "
                f"at most {most} times is allowed"
            )
    return broken


def _fill(shop: BenchShop, *, first: int, rows: int) -> dict[str, Any]:
    """Add rows of each kind up to a number, and return what the addresses of pages name."""
    with psycopg.connect(shop.database_url(), autocommit=True) as database:
        database.execute(ROWS.read_text().replace(":first", str(first)).replace(":rows", str(rows)))
        database.execute("VACUUM ANALYZE")
        return _names(database, some=rows // 2)


def _measure_all(shop: BenchShop, browser: Staff, names: dict[str, Any], **times: int) -> dict[str, dict[str, Any]]:
    return {page: _measure(shop, browser, path.format(**names), **times) for page, path in PAGES.items()}


def _names(database: psycopg.Connection[Any], *, some: int) -> dict[str, Any]:
    def one(query: str) -> Any:
        found = database.execute(query).fetchone()
        assert found is not None
        return found[0]

    return {
        "some": some,
        "order": one("SELECT id FROM orders_order WHERE number NOT LIKE 'B%' ORDER BY number DESC LIMIT 1"),
        "product": one("SELECT product_id FROM catalog_variant WHERE sku NOT LIKE 'BENCH-%' LIMIT 1"),
        "regular": one("SELECT order_id FROM orders_ordercontact WHERE email = 'regular@example.com' LIMIT 1"),
    }


def _measure(shop: BenchShop, browser: Staff, path: str, *, repeats: int, warm_ups: int) -> dict[str, Any]:
    for _ in range(warm_ups):  # both workers have loaded what the page needs
        browser.get(path)
    before, taken = shop.statements()["web"], []
    for _ in range(repeats):
        started = time.perf_counter()
        browser.get(path)
        taken.append((time.perf_counter() - started) * 1000)
    sent = shop.statements()["web"] - before
    return {
        "median_ms": round(statistics.median(taken), 1),
        "min_ms": round(min(taken), 1),
        "max_ms": round(max(taken), 1),
        "statements": round(sent / repeats, 1),
    }


class Staff:
    """A member of staff with every right, signed in at the admin."""

    def __init__(self, shop: BenchShop) -> None:
        self._base = shop.base + ADMIN
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        form = self.get("login/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
        if token is None:
            raise SystemExit("bin/bench: the sign-in of staff has no form")
        staff = shop.running.run["staff"]
        fields = {"username": staff["email"], "password": staff["password"], "csrfmiddlewaretoken": token[1]}
        told = self._open("login/", urllib.parse.urlencode({**fields, "next": ADMIN}).encode())
        if "bo-figures" not in told:
            raise SystemExit("bin/bench: staff could not sign in")

    def get(self, path: str) -> str:
        """Return a page; HTTPError where the answer is none."""
        return self._open(path, None)

    def _open(self, path: str, body: bytes | None) -> str:
        request = urllib.request.Request(self._base + path, body, {"Referer": self._base})
        with self._opener.open(request, timeout=60) as answer:
            text: str = answer.read().decode()
        return text
