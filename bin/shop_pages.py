"""The way of a visitor through every page of a shop; pictures and tests of the pages go it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import uuid4

from bin.rare_answers import show
from bin.shop_states import States

PATIENCE = 20_000
PERSON = {
    "email": "ada@example.com", "first_name": "Ada", "last_name": "Löwe", "line1": "Invalidenstraße 117",
    "postal_code": "10115", "city": "Berlin",
}  # fmt: skip


def visit(page, base: str) -> Iterator[str]:  # type: ignore[no-untyped-def]
    """Lead a page through the whole shop; yield the name of each place once it is reached."""

    def go(path: str) -> None:
        page.goto(base + path, wait_until="domcontentloaded")

    go("/")
    yield "home"
    go("/products/")
    yield "listing"
    product = page.locator(".card a").first.get_attribute("href")
    go(page.locator('.categories a[href*="/categories/"]').first.get_attribute("href"))
    yield "category"
    go("/search/?q=jacket&in_stock=1&max_price=250")
    yield "search"
    go("/search/?q=qqqqqqqq")
    yield "search-empty"
    go("/cart/")
    yield "bag-empty"
    go(product)
    yield "product"
    page.get_by_role("button", name="Add to bag").first.click()
    page.get_by_role("dialog").wait_for()
    yield "product-added"
    go("/cart/")
    yield "bag"
    go("/checkout/")
    yield "checkout"
    for name, value in PERSON.items():
        page.locator(f"#{name}").fill(value)
    page.get_by_role("button", name="Continue to delivery").click()
    page.locator("#review").wait_for()
    yield "checkout-review"
    page.locator("#email").fill("nobody@nowhere")
    page.get_by_role("button", name=re.compile("^Order and pay")).click()
    page.get_by_role("alert").wait_for()
    yield "checkout-faults"
    page.locator("#email").fill(PERSON["email"])
    page.get_by_role("radio", name=re.compile("Bank transfer")).check()
    page.get_by_role("button", name=re.compile("^Order and pay")).click()
    page.locator("#order").wait_for()
    yield "order"
    order = page.url.removeprefix(base)
    go(f"{order}receipt/")
    yield "order-receipt"
    go(f"{order}cancel/")
    yield "order-cancel"
    go("/account/sign-in/")
    yield "sign-in"
    go("/account/password/forgotten/")
    yield "password-forgotten"
    page.locator("#email").fill(PERSON["email"])
    page.get_by_role("button", name="Send the link").click()
    page.get_by_role("status").filter(has_text=PERSON["email"]).wait_for()
    yield "password-asked"
    go("/account/password/new/")
    yield "password-link-ended"
    go("/account/sign-up/")
    yield "sign-up"
    page.locator("#email").fill(f"screens-{uuid4().hex[:8]}@example.com")
    page.locator("#password").fill("correct horse battery")
    page.get_by_role("button", name="Open account").click()
    page.wait_for_url("**/account/orders/")
    for name in ("orders", "addresses", "details", "security"):
        go(f"/account/{name}/")
        yield f"account-{name}"
    go("/account/addresses/new/")
    yield "account-address"
    go("/pages/size-guide/")
    yield "page"
    go("/back-in-stock/stop/")
    yield "stop-mails"
    go("/nowhere/")
    yield "not-found"
    go("/offline/")
    yield "offline"


def visit_states(page, base: str, states: States) -> Iterator[str]:  # type: ignore[no-untyped-def]
    """Lead a page to what takes more than going there; it must be of a context without service workers."""
    for name, path in states.paths.items():
        page.goto(base + path, wait_until="domcontentloaded")
        yield name
    for name, answer in states.answers.items():
        if not name.startswith("staff-"):
            show(page, base, answer)
            yield name
    page.goto(f"{base}/search/?q=%00", wait_until="domcontentloaded")
    yield "refused"
    page.goto(f"{base}/account/sign-in/", wait_until="domcontentloaded")
    page.context.clear_cookies()
    page.locator("#email").fill(PERSON["email"])
    page.locator("#password").fill("correct horse battery")
    page.locator("main form button").first.click()
    page.get_by_role("heading", name="This form was not sent").wait_for()
    yield "form-not-sent"


def wait_until(page, holds: str, *, patience: int = PATIENCE) -> None:  # type: ignore[no-untyped-def]
    """Wait for an expression of the page, at most `patience` milliseconds. Playwright's own way evaluates strings in the page, which the shop's policy forbids."""
    for _ in range(patience // 100):
        if page.evaluate(holds):
            return
        page.wait_for_timeout(100)
    raise TimeoutError(f"{page.url}: never {holds}")
