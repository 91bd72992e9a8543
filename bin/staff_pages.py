"""The way of a member of staff with every right through the back office; pictures and tests of its pages go it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Final

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
    "staff-taxes": "pricing/taxzone/",
    "staff-shipping": "shipping/shippingzone/",
    "staff-parked": "work/parked/",
}


def sign_in(page, base: str, staff: Mapping[str, str]) -> None:  # type: ignore[no-untyped-def]
    """Sign in at the admin; `staff` holds `email` and `password`."""
    page.goto(f"{base}/admin/login/", wait_until="domcontentloaded")
    page.locator("#id_username").fill(staff["email"])
    page.locator("#id_password").fill(staff["password"])
    page.locator("form [type=submit]").click()
    page.wait_for_url("**/admin/")


def visit_staff_pages(page, base: str, staff: Mapping[str, str]) -> Iterator[str]:  # type: ignore[no-untyped-def]
    """Lead a page through the back office; yield the name of each place once it is reached. Nothing is changed there."""

    def go(path: str) -> None:
        page.goto(path if path.startswith("http") else f"{base}/admin/{path}", wait_until="domcontentloaded")

    def follow(selector: str) -> str:
        link = page.locator(selector).first.get_attribute("href")
        go(link if link.startswith("http") else base + link)
        return page.url

    go("login/")
    yield "staff-sign-in"
    sign_in(page, base, staff)
    yield "staff-home"
    go("orders/order/")
    yield "staff-orders"
    go("orders/order/?status__exact=processing")
    yield "staff-orders-to-ship"
    if not page.locator("#result_list a[href*='/change/']").count():
        sys.exit("No order waits for the warehouse, so staff pages end here; pay for one, or make some: docs/demo.md.")
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
