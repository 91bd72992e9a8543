"""The currency is chosen at the foot of a page, kept, and paid in; with and without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import new_page
from tests.e2e.test_purchase import PERSON, answer_at_provider, check_out, expect_paid, product_path
from tests.e2e.test_quality import serious_findings

WIDE = "document.documentElement.scrollWidth > window.innerWidth"


def choose(page, code):
    page.get_by_role("contentinfo").get_by_role("button", name=code).click()
    expect(page.get_by_role("contentinfo").get_by_role("button", name=code)).to_have_attribute("aria-current", "true")


def test_shopper_pays_in_the_currency_they_chose(browser, shop, javascript):
    page, watcher = new_page(browser, shop, javascript=javascript)
    page.goto(product_path(shop))
    before = page.url
    expect(page.locator(".buy .price").first).to_contain_text("€")

    choose(page, "USD")
    assert page.url == before
    expect(page.locator(".buy .price").first).to_contain_text("$")
    page.get_by_role("button", name="Add to bag").click()
    if javascript:
        expect(page.locator("#added")).to_contain_text("Subtotal $")
    page.goto("/cart/")
    check_out(page, "dollars@example.com")
    answer_at_provider(page, "approve")
    order_id = expect_paid(page, shop)

    assert shop.query("SELECT total_currency FROM orders_order WHERE id = %s", order_id) == [("USD",)]
    assert watcher.complaints == []


def test_other_tab_that_shows_euros_orders_nothing_in_yen(browser, shop):
    page, watcher = new_page(browser, shop)
    page.goto(product_path(shop))
    page.get_by_role("button", name="Add to bag").click()
    expect(page.locator("#added")).to_be_visible()
    page.goto("/cart/")
    page.get_by_role("link", name="Check out").click()
    stale = fill_in(page)
    other = page.context.new_page()
    other.goto("/cart/")
    choose(other, "JPY")
    expect(other.locator("#bag-summary dd").first).to_contain_text("¥")

    stale.click()

    expect(page.locator(".note")).to_contain_text(re.compile(r"The total is ¥[\d,]+ now"))
    expect(page.locator("#review button")).to_contain_text("¥")
    assert page.url.endswith("/checkout/")
    assert watcher.complaints == []


def fill_in(page):
    """Fill in the checkout up to the button that orders; return that."""
    page.get_by_label("E-mail").fill("tabs@example.com")
    for name, value in PERSON.items():
        page.locator(f"#{name}").fill(value)
    page.get_by_role("button", name="Continue to delivery").click()
    button = page.locator("#review button[name=place]")
    expect(button).to_contain_text("€")
    return button


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_choice_holds_on_a_phone_and_a_desk(browser, shop, width, scheme):
    page, watcher = new_page(browser, shop, width=width, color_scheme=scheme, reduced_motion="reduce")
    page.goto("/products/")

    choose(page, "JPY")

    expect(page.locator(".cards .price").first).to_contain_text("¥")
    assert (serious_findings(page), page.evaluate(WIDE)) == ([], False)
    heights = page.locator(".currencies button").evaluate_all("all => all.map(each => each.offsetHeight)")
    assert min(heights) >= 24  # WCAG 2.2, 2.5.8
    assert watcher.complaints == []
