"""The way of a member of staff with every right through the back office; pictures and tests of its pages go it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final
from urllib.parse import urljoin

from bin.rare_answers import Answer, show
from bin.shop_states import OutOfReach

# Name of a page, and its address; those that depend on what the shop holds follow links instead.
_DESKS: Final = {
    "staff-stock-low": "work/low-stock/",
    "staff-stock-adjust": "work/adjust-stock/",
    "staff-stock-receive": "work/receive-stock/",
    "staff-stock-transfer": "work/transfer-stock/",
    "staff-stock-count": "work/stock-take/",
    "staff-stock-movements": "work/stock-movements/",
    "staff-warehouses": "inventory/warehouse/",
    "staff-payments": "payments/payment/",
    "staff-people": "accounts/user/",
    "staff-import": "work/import/",
    "staff-settings": "work/brand/",
    "staff-mails": "work/mails/",
    "staff-content": "work/content/",
    "staff-content-home": "work/content/home/",
    "staff-content-page": "work/content/pages/new/",
    "staff-taxes": "pricing/taxzone/",
    "staff-shipping": "shipping/shippingzone/",
    "staff-parked": "work/parked/",
    "staff-audit": "work/audit/",
}
_RARE: Final = {
    "staff-stock-notices": "notifications/stocknotice/",
    "staff-not-found": "nowhere/",
    "staff-not-allowed": "orders/order/add/",
}
# The first of a list.
_FORMS: Final = {
    "staff-payment": "payments/payment/",
    "staff-category-form": "catalog/category/",
    "staff-variant-form": "catalog/variant/",
}
# Milliseconds, for a worker that has other things to do.
_WORKER_PATIENCE: Final = 120_000
# A product to create, one with a column that the shop does not know, and a price that is none.
_PRODUCT_FILE: Final = """Handle,Title,Variant Price,Season,Variant Inventory Qty
spring-cap,Spring cap,19.90,Spring,5
spring-scarf,Spring scarf,free,Spring,5
"""


def sign_in(page, base: str, staff: Mapping[str, str]) -> None:  # type: ignore[no-untyped-def]
    """Sign in at the admin; `staff` holds `email` and `password`."""
    page.goto(f"{base}/admin/login/", wait_until="domcontentloaded")
    page.locator("#id_username").fill(staff["email"])
    page.locator("#id_password").fill(staff["password"])
    page.locator("form [type=submit]").click()
    page.wait_for_url("**/admin/")


def visit_staff_pages(page, base: str, staff: Mapping[str, str]) -> Iterator[str]:  # type: ignore[no-untyped-def]
    """Lead a page through the back office; yield the name of each place once it is reached. Nothing is changed there.

    Raises OutOfReach where no order waits to be shipped.
    """
    go, follow = _ways(page, base)
    go("login/")
    yield "staff-sign-in"
    sign_in(page, base, staff)
    yield "staff-home"
    go("orders/order/")
    yield "staff-orders"
    go("orders/order/?status__exact=processing")
    yield "staff-orders-to-ship"
    if not page.locator("#result_list a[href*='/change/']").count():
        raise OutOfReach(
            "No order waits for the warehouse, so staff pages end here; pay for one, or make some: docs/demo.md."
        )
    order = follow('#result_list a[href*="/change/"]')
    yield "staff-order"
    buyer = page.locator('a[href*="/buyer/"]').first.get_attribute("href")
    product = page.locator('a[href*="/work/products/"]').first.get_attribute("href")
    stock = page.locator('a[href*="/work/stock/?sku="]').first.get_attribute("href")
    follow('a[href$="/do/ship/"]')
    yield "staff-order-ship"
    go(order)
    follow('a[href$="/do/refund/"]')
    yield "staff-order-refund"
    page.locator("#id_reason").fill("Arrived damaged")
    page.locator("#order-operation button").click()
    page.get_by_text("The shop keeps").wait_for()
    yield "staff-order-refund-preview"
    go(order)
    follow('a[href$="/do/cancel/"]')
    yield "staff-order-cancel"
    go(base + buyer)
    yield "staff-buyer"
    go("catalog/product/")
    yield "staff-products"
    go(base + product)
    yield "staff-product"
    follow('a[href$="/change/"]:has-text("Edit")')
    yield "staff-product-form"
    go(base + stock)
    yield "staff-stock"
    sku = page.locator("#sku").input_value()
    for name, path in _DESKS.items():
        go(path)
        yield name
    go("work/stock-take/")
    page.locator("#id_counted").fill(f"{sku} 3")
    page.locator("#stock-form button").click()
    page.get_by_role("link", name="Count again").wait_for()
    yield "staff-stock-differences"


def visit_rare_staff_pages(  # type: ignore[no-untyped-def]
    page, base: str, staff: Mapping[str, str], answers: Mapping[str, Answer]
) -> Iterator[str]:
    """Lead a page of a context without service workers through what is seldom seen there; yield the name of each place.

    It uploads a product file, which is never imported.
    """
    go, follow = _ways(page, base)
    sign_in(page, base, staff)
    for name, path in _RARE.items():
        go(path)
        yield name
    for name, path in _FORMS.items():
        go(path)
        follow('#result_list a[href*="/change/"]')
        yield name
    go("catalog/category/")
    follow('#result_list tbody tr:last-child a[href*="/change/"]')  # the first has others below it, which keep it
    follow('a[href*="/delete/"]')
    yield "staff-delete"
    _upload(page, go)
    yield "staff-import-columns"
    page.locator("#mapping-form button").click()
    page.get_by_role("button", name=re.compile("^Import: create")).wait_for(timeout=_WORKER_PATIENCE)
    yield "staff-import-checked"
    told = {"is_working": True, "phase": "checking", "done": 75, "total": 200}
    page.route("**/progress/", lambda route: route.fulfill(content_type="application/json", body=json.dumps(told)))
    show(page, base, answers["staff-import-progress"])
    yield "staff-import-progress"


def _upload(page, go: Callable[[str], None]) -> None:  # type: ignore[no-untyped-def]
    go("work/import/")
    file = {"name": "spring.csv", "mimeType": "text/csv", "buffer": _PRODUCT_FILE.encode()}
    page.locator("#import-form input[type=file]").set_input_files(files=[file])
    page.locator("#import-form button").first.click()
    page.locator("#mapping-form").wait_for()


def _ways(page, base: str) -> tuple[Callable[[str], None], Callable[[str], str]]:  # type: ignore[no-untyped-def]
    """Return how to go to an address below the admin's, and how to follow the first link of a selector (returning where it led)."""

    def go(path: str) -> None:
        page.goto(path if path.startswith("http") else f"{base}/admin/{path}", wait_until="domcontentloaded")

    def follow(selector: str) -> str:
        link = page.locator(selector).first.get_attribute("href")
        go(urljoin(page.url, link))
        return str(page.url)

    return go, follow
