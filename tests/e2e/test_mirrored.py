"""A language written from right to left (tests/shop/settings.py): every part stands on its other side, nothing leaves the page."""

import pytest
from playwright.sync_api import expect

from bin.shop_pages import PERSON, wait_until
from tests.e2e.conftest import new_page
from tests.e2e.test_purchase import product_path

WIDE = "document.documentElement.scrollWidth > window.innerWidth"
# Whether the first of two stands to the right of the second.
RIGHT_OF = """([one, other]) => {
  const [right, left] = [one, other].map((each) => document.querySelector(each).getBoundingClientRect());
  return right.left >= left.right - 1;
}"""
# How far an element stands from the left and from the right of another.
DISTANCES = """([one, other]) => {
  const [inner, outer] = [one, other].map((each) => document.querySelector(each).getBoundingClientRect());
  return [inner.left - outer.left, outer.right - inner.right];
}"""


@pytest.fixture(params=[390, 1280])
def arabic(request, browser, shop):
    """A page in a window of some width, on pages of the language."""
    page, watcher = new_page(browser, shop, width=request.param, reduced_motion="reduce")
    yield page
    assert watcher.complaints == []


def visit(page, path):
    page.goto(f"/ar{path}", wait_until="load")
    check(page)


def check(page):
    """Look at what holds on every page."""
    assert page.locator("html").get_attribute("dir") == "rtl"
    assert not page.evaluate(WIDE), page.url
    assert page.evaluate(RIGHT_OF, [".top .brand", ".top .tools"])


def is_wide(page):
    return page.viewport_size["width"] > 1000


def test_listing_has_filters_flags_and_suggestions_on_their_other_side(arabic):
    visit(arabic, "/")
    visit(arabic, "/products/?sort=price")

    at_left, at_right = arabic.evaluate(DISTANCES, [".flag", ".picture:has(.flag)"])
    assert 0 < at_right < at_left
    if is_wide(arabic):
        assert arabic.evaluate(RIGHT_OF, [".drawer .filters", "#results"])
        assert arabic.evaluate(RIGHT_OF, [".card:nth-child(1)", ".card:nth-child(2)"])
    arabic.locator("#q").press_sequentially("jacket")
    expect(arabic.locator("#suggestions li").first).to_be_visible(timeout=30_000)
    at_left, _ = arabic.evaluate(DISTANCES, ["#suggestions", ".top .search"])
    assert abs(at_left) < 1
    assert not arabic.evaluate(WIDE)


def test_purchase_has_panel_summary_and_steps_on_their_other_side(arabic, shop):
    visit(arabic, product_path(shop))
    if is_wide(arabic):
        assert arabic.evaluate(RIGHT_OF, [".gallery", ".buy"])
        arabic.locator("a[data-view]").nth(1).click()
        wait_until(arabic, "document.querySelectorAll('[data-view]')[1].hasAttribute('aria-current')")
    arabic.locator(".add button").click()
    expect(arabic.locator("#added")).to_be_visible(timeout=30_000)
    at_left, at_right = arabic.evaluate(DISTANCES, ["#added", "html"])
    assert (0 < at_left < 20) if is_wide(arabic) else abs(at_left - at_right) < 1

    visit(arabic, "/cart/")
    visit(arabic, "/checkout/")
    if is_wide(arabic):
        assert arabic.evaluate(RIGHT_OF, [".checkout", ".summary"])
    for name, value in PERSON.items():
        arabic.locator(f"#{name}").fill(value)
    arabic.locator('#delivery button[name="save"]').click()
    arabic.locator("#review").wait_for()
    arabic.locator('input[name="provider"][value="manual"]').check()
    arabic.locator('button[name="place"]').click()
    arabic.locator("#order").wait_for()

    check(arabic)
    mark = "getComputedStyle(document.querySelector('.steps li'), '::before')"
    assert (arabic.evaluate(f"{mark}.right"), arabic.evaluate(f"{mark}.left") == "0px") == ("0px", False)
    assert arabic.evaluate(RIGHT_OF, [".steps li:nth-child(1)", ".steps li:nth-child(2)"])
