"""The shop in another language."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from bin.shop_pages import wait_until
from tests.e2e.conftest import new_page
from tests.e2e.test_purchase import product_path
from tests.e2e.test_quality import serious_findings
from tests.shop.client import wait_for

WIDE = "document.documentElement.scrollWidth > window.innerWidth"


def add(page):
    page.get_by_role("button", name="In den Warenkorb").first.click()
    expect(page.locator("#added")).to_be_visible()


@pytest.mark.timeout(240)
@pytest.mark.parametrize("width", [390, 1280])
def test_pages_hold_in_german(browser, shop, width):
    page, watcher = new_page(browser, shop, width=width, reduced_motion="reduce")
    product = product_path(shop)
    page.goto(f"/de{product}")
    add(page)
    faults = {}

    for path in ("/de/", "/de/products/", f"/de{product}", "/de/cart/", "/de/checkout/", "/de/account/sign-up/"):
        page.goto(path, wait_until="load")
        assert page.locator("html").get_attribute("lang") == "de"
        found = {"axe": serious_findings(page), "wide": page.evaluate(WIDE)}
        if any(found.values()):
            faults[path] = found

    assert faults == {}
    assert watcher.complaints == []


def test_bag_follows_in_the_language_of_the_page(browser, shop):
    page, _ = new_page(browser, shop)
    page.goto(f"/de{product_path(shop)}")

    add(page)

    expect(page.locator("#added h2")).to_have_text("In Ihrem Warenkorb")
    page.get_by_role("link", name="Zum Warenkorb").click()
    page.wait_for_url("**/de/cart/")


@pytest.fixture
def german_only(shop) -> Iterator[str]:
    """The slug of a product that has German texts and no French ones."""
    staff, slug = shop.staff(), "drizzle-rain-jacket"
    card = shop.client().expect(200, "GET", f"/api/v1/products/{slug}")
    path = f"/api/v1/staff/products/{card['id']}"
    texts = staff.expect(200, "GET", path)["translations"]

    def settle(translations, title):
        staff.expect(200, "PATCH", path, {"translations": translations})
        wait_for(
            lambda: (
                shop.client().expect(200, "GET", f"/api/v1/products/{slug}", Accept_Language="fr")["title"] == title
            ),
            what=f"{title!r} in French",
        )

    settle({"de": texts["de"]}, card["title"])
    yield slug
    settle(texts, texts["fr"]["title"])


def test_product_reads_in_the_pages_language_and_falls_back_where_it_is_not_translated(browser, shop, german_only):
    page, watcher = new_page(browser, shop)

    page.goto(f"/de/products/{german_only}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Regenjacke Drizzle")
    expect(page.locator("#choose .legend").first).to_contain_text("Farbe: Moos")
    expect(page.locator(".prose")).to_contain_text("Eine leichte Jacke")
    expect(page.locator("details.facts summary").filter(has_text="Passform")).to_be_visible()
    add(page)
    page.get_by_role("link", name="Zum Warenkorb").click()
    expect(page.get_by_role("link", name="Regenjacke Drizzle")).to_be_visible()

    page.goto(f"/fr/products/{german_only}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Drizzle Rain Jacket")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    page.goto("/fr/cart/")
    expect(page.get_by_role("link", name="Drizzle Rain Jacket")).to_be_visible()
    assert watcher.complaints == []


def test_pages_of_another_language_open_without_network_and_others_say_in_it_that_there_is_none(browser, shop):
    page, _ = new_page(browser, shop)
    page.goto("/de/")
    wait_until(page, "navigator.serviceWorker.controller !== null")
    page.goto(f"/de{product_path(shop)}")
    title = page.locator("h1").inner_text()
    wait_until(page, "caches.open('pages').then(pages => pages.match(location.href)).then(Boolean)")

    page.context.set_offline(True)

    page.goto(f"/de{product_path(shop)}")
    expect(page.locator("h1")).to_have_text(title)
    for path in ("/de/cart/", "/de/categories/nowhere/"):
        page.goto(path)
        expect(page.locator("html")).to_have_attribute("lang", "de")
        expect(page.locator("h1")).to_have_text("Außer Reichweite")
