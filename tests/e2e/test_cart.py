"""The bag in a real browser: quantities change while the page stays."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import new_page

WAIT = 15_000


@pytest.fixture
def bag(browser, shop):
    """A page that shows two lines, of what there is enough of; with what watches it."""
    page, watcher = new_page(browser, shop)
    cards = shop.client().expect(200, "GET", "/api/v1/products?in_stock=true&limit=100")["results"]
    filled = 0
    for card in cards:
        stock = shop.client().expect(200, "GET", f"/api/v1/products/{card['slug']}/inventory")["variants"]
        plenty = next((each["variant_id"] for each in stock if each["available"] > 5), None)
        if plenty is None:
            continue
        page.goto(f"/products/{card['slug']}/")
        token = page.locator("#add-form [name=csrfmiddlewaretoken]").input_value()
        fields = {"variant_id": plenty, "quantity": "1", "csrfmiddlewaretoken": token}
        assert page.request.post("/cart/add/", form=fields, headers={"Referer": page.url}).ok
        filled += 1
        if filled == 2:
            break
    page.goto("/cart/")
    expect(page.locator(".line")).to_have_count(2)
    page.evaluate("window.stayed = true")
    return page, watcher


def amount_of(page, locator):
    return float(re.sub(r"[^\d.]", "", page.locator(locator).first.inner_text()))


def test_typing_a_quantity_changes_sums_and_badge_while_focus_and_page_stay(bag):
    page, watcher = bag
    field, single = page.locator(".quantity").first, amount_of(page, ".line .amount")
    subtotal = amount_of(page, "#bag-summary dd")

    field.press("Control+a")
    page.keyboard.type("3")

    expect(page.locator(".top .count")).to_contain_text("4", timeout=WAIT)
    assert amount_of(page, ".line .amount") == pytest.approx(3 * single)
    assert amount_of(page, "#bag-summary dd") == pytest.approx(subtotal + 2 * single)
    expect(page.locator("#told")).to_contain_text(": 3. Subtotal")
    assert field.evaluate("field => field === document.activeElement")
    assert page.evaluate("window.stayed")
    page.reload()
    expect(field).to_have_value("3")
    assert watcher.complaints == []


def test_what_is_typed_while_an_answer_is_under_way_is_not_lost(bag):
    page, _ = bag
    page.route("**/cart/items/**", lambda route: (page.wait_for_timeout(700), route.continue_()))
    first, second = page.locator(".quantity").all()

    first.press("Control+a")
    page.keyboard.type("2")
    page.wait_for_timeout(500)  # the first change is under way
    second.press("Control+a")
    page.keyboard.type("5")

    expect(page.locator(".top .count")).to_contain_text("7", timeout=WAIT)
    expect(first).to_have_value("2")
    expect(second).to_have_value("5")


def test_refused_quantity_is_explained_beside_its_line(bag):
    page, _ = bag
    line = page.locator(".line").first

    line.locator(".quantity").fill("1000")
    expect(line.locator("form .fault")).to_contain_text("999", timeout=WAIT)
    assert line.locator(".quantity").get_attribute("aria-invalid") == "true"

    line.locator(".quantity").fill("2")
    expect(page.locator(".top .count")).to_contain_text("3", timeout=WAIT)
    expect(line.locator("form .fault")).to_be_empty()


def test_without_network_the_line_says_so(bag):
    page, _ = bag
    line = page.locator(".line").first

    page.route("**/cart/items/**", lambda route: route.abort())
    line.locator(".quantity").fill("2")

    expect(line.locator("form .fault")).to_contain_text("cannot be reached", timeout=WAIT)
    assert page.evaluate("window.stayed")


def test_removing_lines_leaves_the_focus_in_the_bag_and_ends_in_an_empty_one(bag):
    page, watcher = bag

    page.get_by_role("button", name=re.compile("^Remove")).first.click()
    expect(page.locator(".line")).to_have_count(1, timeout=WAIT)
    expect(page.locator("#told")).to_contain_text("removed. Subtotal")
    assert page.evaluate("document.activeElement.id") == "bag-title"
    page.locator(".quantity").fill("0")
    page.keyboard.press("Tab")

    expect(page.get_by_text("Your bag is empty.", exact=True)).to_be_visible(timeout=WAIT)
    assert page.locator(".top .count").count() == 0
    assert page.evaluate("window.stayed")
    assert watcher.complaints == []
