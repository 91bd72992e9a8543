"""Choosing another country draws its fields in place: no reload, nothing typed lost, the focus where it was."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import new_page
from tests.e2e.test_purchase import PERSON, put_in_bag

SHIFTS = """
window.shifted = 0;
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""


@pytest.mark.parametrize("width", [390, 1280])
def test_country_changes_its_fields_in_place(browser, shop, width):
    page, watcher = new_page(browser, shop, width=width)
    put_in_bag(page, shop)
    page.goto("/checkout/")
    page.evaluate(SHIFTS)
    for name, value in PERSON.items():
        page.locator(f"#{name}").fill(value)
    top = page.locator("#country").bounding_box()["y"]

    page.locator("#country").focus()
    page.locator("#country").select_option("US")
    expect(page.get_by_label("ZIP code")).to_have_value("10115")
    page.get_by_label("State").select_option("CA")
    page.locator("#country").focus()
    page.locator("#country").select_option("HK")
    expect(page.get_by_label("Area")).to_be_visible()
    expect(page.locator("#postal_code")).to_have_count(0)
    page.locator("#country").select_option("US")

    expect(page.get_by_label("ZIP code")).to_have_value("10115")
    expect(page.get_by_label("State")).to_have_value("CA")
    expect(page.get_by_label("First name")).to_have_value("Ada")
    assert page.evaluate("document.activeElement.id") == "country"
    assert page.locator("#country").bounding_box()["y"] == top
    assert page.evaluate("window.shifted") < 0.05
    assert watcher.complaints == []


def test_delivery_and_total_follow_the_country_once_its_fields_are_filled_in(browser, shop):
    page, watcher = new_page(browser, shop)
    put_in_bag(page, shop)
    page.goto("/checkout/")
    page.get_by_label("E-mail").fill("ada@example.com")
    for name, value in PERSON.items():
        page.locator(f"#{name}").fill(value)
    page.get_by_role("button", name="Continue to delivery").click()
    before = page.locator("#summary .total").last.inner_text()

    page.locator("#country").select_option("US")
    page.get_by_label("ZIP code").fill("")
    page.get_by_label("State").select_option("CA")
    page.get_by_label("ZIP code").fill("95014")
    page.get_by_label("ZIP code").blur()

    expect(page.locator("#summary .total").last).not_to_have_text(before)
    assert watcher.complaints == []


def test_without_a_script_a_button_draws_them(browser, shop):
    page, _ = new_page(browser, shop, javascript=False)
    put_in_bag(page, shop)
    page.goto("/checkout/")
    for name, value in PERSON.items():
        page.locator(f"#{name}").fill(value)
    page.locator("#country").select_option("JP")
    page.get_by_role("button", name="Show the fields of this country").click()

    expect(page.get_by_label("Prefecture")).to_be_visible()
    expect(page.get_by_label("Postal code")).to_have_value("10115")
    expect(page.get_by_role("alert")).to_have_count(0)
