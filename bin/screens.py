"""Every page of a running shop as pictures: FOLDER/<page>-<width>-<light|dark>.png, those of staff too where --run or --staff lets them in.

It puts something in the bag and places one order; nothing is changed on staff pages.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen
from uuid import uuid4

from bin.staff_pages import visit_staff_pages
from ecommerce.local.browser import find_chromium

WIDTHS, SCHEMES = (390, 768, 1280), ("light", "dark")
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
    go("/back-in-stock/stop/")
    yield "stop-mails"
    go("/nowhere/")
    yield "not-found"
    go("/offline/")
    yield "offline"


def photograph(folder: Path, walks: list[Callable[..., Iterator[str]]]) -> int:
    """Write pictures of every place that the walks lead a page to; return how many."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        sys.exit(f"bin/screens: {error}; run bin/test once, it installs it")
    chromium, count = find_chromium(), 0
    if chromium is None:
        sys.exit("bin/screens: no Chromium found; name one in CHROMIUM")
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"], timeout=PATIENCE)
        for scheme in SCHEMES:
            for walk in walks:
                context = browser.new_context(color_scheme=scheme, reduced_motion="reduce", service_workers="block")
                context.set_default_timeout(PATIENCE)
                page = context.new_page()
                page.set_viewport_size({"width": WIDTHS[-1], "height": 900})
                for name in walk(page):
                    count += shoot(page, folder, name=name, scheme=scheme)
                    # Some pages are led on by what only wide ones show.
                    page.set_viewport_size({"width": WIDTHS[-1], "height": 900})
                context.close()
        browser.close()
    return count


def wait_until(page, holds: str) -> None:  # type: ignore[no-untyped-def]
    """Wait for an expression of the page. Playwright's own way evaluates strings in the page, which the shop's policy forbids."""
    for _ in range(PATIENCE // 100):
        if page.evaluate(holds):
            return
        page.wait_for_timeout(100)
    raise TimeoutError(f"{page.url}: never {holds}")


def shoot(page, folder: Path, *, name: str, scheme: str) -> int:  # type: ignore[no-untyped-def]
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        # Pictures below the fold are fetched when they come into view.
        page.evaluate("for (const image of document.images) image.loading = 'eager'")
        # A picture of another width is chosen in the frames after the window changed.
        page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        wait_until(page, "[...document.images].every(image => image.complete)")
        page.screenshot(path=folder / f"{name}-{width}-{scheme}.png", full_page=True, timeout=PATIENCE)
    return len(WIDTHS)


def main() -> None:
    parser = argparse.ArgumentParser(prog="bin/screens", description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="the running shop (%(default)s)")
    parser.add_argument(
        "--run",
        type=Path,
        default=Path("var/run.json"),
        help="the running shop's run.json, which knows a member of staff (%(default)s)",
    )
    parser.add_argument(
        "--staff",
        metavar="ADDRESS",
        help="a member of staff with every right instead; the password is in STAFF_PASSWORD",
    )
    parser.add_argument("folder", nargs="?", type=Path, default=Path("var/screens"), help="where to (%(default)s)")
    given = parser.parse_args()
    base = given.url.rstrip("/")
    try:
        urlopen(f"{base}/health/live", timeout=5).close()
    except URLError as error:
        sys.exit(
            f"bin/screens: no shop answers at {base} ({error.reason}); start one with bin/up, or name it with --url"
        )
    walks: list[Callable[..., Iterator[str]]] = [partial(visit, base=base)]
    if staff := find_staff(base, address=given.staff, run=given.run):
        walks.append(partial(visit_staff_pages, base=base, staff=staff))
    else:
        print(
            f"no pages of staff: {given.run} is not of the shop at {base}; name it with --run, or somebody with --staff"
        )
    print(f"{given.folder}: {photograph(given.folder, walks)} pictures")


def find_staff(base: str, *, address: str | None, run: Path) -> Mapping[str, str] | None:
    """Return whom to sign in as at the shop at `base`; None where nobody is known."""
    if address:
        password = os.environ.get("STAFF_PASSWORD")
        return {"email": address, "password": password} if password else sys.exit("bin/screens: set STAFF_PASSWORD")
    if not run.is_file():
        return None
    known = json.loads(run.read_text(encoding="utf-8"))
    return known["staff"] if known["urls"]["storefront"] == base else None


if __name__ == "__main__":
    main()
