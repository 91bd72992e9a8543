"""The pictures of a product by keyboard, by thumb and by finger: each comes into view, and the small ones tell which it is."""

import pytest
from playwright.sync_api import expect

from bin.shop_pages import wait_until
from tests.e2e.conftest import new_page
from tests.e2e.test_purchase import product_path
from tests.e2e.test_quality import tab_to

# How far the picture of a number stands out of the strip, in pixels.
OUTSIDE = """number => {
  const [picture, strip] = [`#view-${number}`, ".strip"].map((part) => document.querySelector(part).getBoundingClientRect());
  return Math.max(0, strip.left - picture.left, picture.right - strip.right);
}"""


def expect_view(page, number):
    """Wait until a picture is the one in view, come to rest, and said to be."""
    wait_until(page, f"({OUTSIDE})({number}) < 2")
    current = page.locator("a[data-view][aria-current]")
    expect(current).to_have_count(1)
    expect(current).to_have_attribute("href", f"#view-{number}")


def swipe(page, *, by):
    """Move a finger over the strip by so many pixels; to the left where less than 0."""
    box, session = page.locator(".strip").bounding_box(), page.context.new_cdp_session(page)
    start, y = box["x"] + box["width"] / 2 - by / 2, box["y"] + box["height"] / 2

    def touch(kind, *points):
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x in points]})

    touch("touchStart", start)
    for step in range(1, 11):
        touch("touchMove", start + by * step / 10)
    touch("touchEnd")
    session.detach()


def test_gallery_is_looked_through_by_keyboard(browser, shop):
    page, watcher = new_page(browser, shop)
    page.goto(product_path(shop), wait_until="load")

    tab_to(page, ".strip")
    page.keyboard.press("ArrowRight")
    expect_view(page, 2)
    page.keyboard.press("ArrowLeft")
    expect_view(page, 1)
    tab_to(page, '[data-view][href="#view-2"]')
    page.keyboard.press("Enter")
    expect_view(page, 2)

    assert page.evaluate("document.activeElement.hash") == "#view-2"
    assert watcher.complaints == []


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_gallery_is_swiped_on_a_phone(browser, shop, direction):
    page, watcher = new_page(browser, shop, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.goto(product_path(shop), wait_until="load")
    page.evaluate(f"document.documentElement.dir = '{direction}'")
    towards = {"ltr": -1, "rtl": 1}[direction]

    swipe(page, by=220 * towards)
    expect_view(page, 2)
    swipe(page, by=-220 * towards)
    expect_view(page, 1)

    assert page.evaluate("[scrollX, scrollY]")[0] == 0
    assert watcher.complaints == []
