"""A size that is sold out in a real browser: reachable, readable, and a mail when it is back."""

import uuid

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import new_page
from tests.e2e.test_quality import serious_findings

# Not what is merely promised to orders of other tests.
GONE = "SELECT variant_id FROM inventory_stocklevel GROUP BY variant_id HAVING sum(on_hand) = 0"


@pytest.fixture
def scarce(shop):
    """The page of a product that has a size that is sold out beside one that is not, and that size."""
    client, gone = shop.client(), {str(row[0]) for row in shop.query(GONE)}
    for card in client.expect(200, "GET", "/api/v1/products?in_stock=true&limit=100")["results"]:
        if len(card["options"]) != 2:
            continue
        product = client.expect(200, "GET", f"/api/v1/products/{card['slug']}")
        stock = client.expect(200, "GET", f"/api/v1/products/{card['slug']}/inventory")["variants"]
        out = {each["variant_id"] for each in stock if not each["available"]}
        first, last = (option["name"] for option in product["options"])
        for variant in product["variants"]:
            siblings = [each for each in product["variants"] if each["options"][first] == variant["options"][first]]
            if variant["id"] in out & gone and any(each["id"] not in out for each in siblings):
                return f"/products/{card['slug']}/?{first}={variant['options'][first]}", variant, last
    raise AssertionError("the demo has no product with a size that is sold out")


def test_struck_size_asks_for_an_address_without_a_reload_and_another_size_sells(browser, shop, scarce):
    path, variant, last = scarce
    page, watcher = new_page(browser, shop)
    page.goto(path)
    page.evaluate("window.stayed = true")

    page.locator("a.choice-link.struck", has_text=variant["options"][last]).first.click()
    expect(page.get_by_role("heading", name="Tell me when it is back")).to_be_visible()
    expect(page.get_by_role("button", name="Add to bag")).to_have_count(0)
    assert page.evaluate("window.stayed")

    page.locator("#choose fieldset label").first.click()
    expect(page.get_by_role("button", name="Add to bag").first).to_be_visible()
    expect(page.get_by_role("heading", name="Tell me when it is back")).to_have_count(0)
    assert watcher.complaints == []


def test_who_asks_gets_a_mail_when_it_is_back(browser, shop, scarce, javascript):
    path, variant, last = scarce
    page, watcher = new_page(browser, shop, javascript=javascript)
    recipient = f"waits-{uuid.uuid4().hex[:8]}@example.com"
    page.goto(path)
    page.locator("a.choice-link.struck", has_text=variant["options"][last]).first.click()

    page.get_by_label("E-mail").fill(recipient)
    page.get_by_role("button", name="Write to me").click()

    expect(page.get_by_role("status").filter(has_text="We will write to you once")).to_be_visible()
    shop.manage("set_stock", variant["sku"], "3", "--reason", "test")
    try:
        shop.wait_for_mail(recipient, "back in stock")
    finally:
        shop.manage("set_stock", variant["sku"], "0", "--reason", "test")
    assert watcher.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_form_is_accessible_with_and_without_a_fault(browser, shop, scarce, scheme, width):
    path, variant, last = scarce
    page, _ = new_page(browser, shop, width=width, color_scheme=scheme, reduced_motion="reduce")
    page.goto(f"{path}&{last}={variant['options'][last]}")

    findings = serious_findings(page)
    page.get_by_label("E-mail").fill("ada@nowhere")
    page.get_by_role("button", name="Write to me").click()
    expect(page.locator("#notify-fault")).to_be_visible()

    assert findings == serious_findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.evaluate("document.activeElement.id") == "notify-email"
