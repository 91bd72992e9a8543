"""A shopper in a real browser: from the first page to a delivered order."""

import re
import uuid

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import new_page

PERSON = {
    "first_name": "Ada", "last_name": "Löwe", "line1": "Invalidenstraße 117", "postal_code": "10115", "city": "Berlin",
}  # fmt: skip


def product_path(shop):
    cards = shop.client().expect(200, "GET", "/api/v1/products?in_stock=true&limit=100")["results"]
    return f"/products/{cards[0]['slug']}/"


def put_in_bag(page, shop):
    page.goto("/")
    page.goto(product_path(shop))
    page.locator("#add-form").get_by_role("button", name="Add to bag").click()
    expect(page.get_by_role("heading", name="Your bag")).to_be_visible()


def check_out(page, email):
    page.get_by_role("link", name="Check out").click()
    page.get_by_label("E-mail").fill(email)
    for name, value in PERSON.items():
        page.locator(f"#{name}").fill(value)
    page.locator("#country").select_option("DE")
    page.get_by_role("button", name="Continue to delivery").click()
    page.get_by_role("button", name=re.compile("Order and pay")).click()


def answer_at_provider(page, outcome):
    page.wait_for_url(re.compile(r"/(pay|c/pay|checkout|sandbox)"))
    chosen = page.locator(f"[name=outcome][value={outcome}]")
    if chosen.get_attribute("type") == "radio":
        chosen.check()
        page.get_by_role("button", name=re.compile("^Pay ")).click()
    else:
        chosen.click()


def expect_paid(page, shop):
    page.wait_for_url(re.compile(r"/orders/[0-9a-f-]{36}/"))
    for _ in range(30):
        if page.locator("#order-status").inner_text() == "processing":
            return page.url.rstrip("/").rpartition("/")[2]
        page.wait_for_timeout(500)
        page.reload()
    raise AssertionError(page.locator("main").inner_text())


def test_guest_buys_and_pays(browser, shop, javascript):
    page, watcher = new_page(browser, shop, javascript=javascript)
    recipient = f"e2e-{uuid.uuid4().hex[:8]}@example.com"

    put_in_bag(page, shop)
    check_out(page, recipient)
    answer_at_provider(page, "approve")
    expect_paid(page, shop)

    shop.wait_for_mail(recipient, "payment")
    assert watcher.complaints == []


def test_declined_and_then_another_card(browser, shop):
    page, _ = new_page(browser, shop)
    put_in_bag(page, shop)
    check_out(page, "declined@example.com")

    answer_at_provider(page, "decline")
    answer_at_provider(page, "approve")

    expect_paid(page, shop)


def test_link_in_the_mail_opens_the_order_on_another_device(browser, shop):
    page, _ = new_page(browser, shop)
    recipient = f"e2e-{uuid.uuid4().hex[:8]}@example.com"
    put_in_bag(page, shop)
    check_out(page, recipient)
    answer_at_provider(page, "approve")
    order_id = expect_paid(page, shop)
    text = shop.wait_for_mail(recipient, "payment").get_body(("plain",)).get_content()
    link = re.search(r"http\S+/orders/\S+", text)[0]

    other, _ = new_page(browser, shop)
    assert other.goto(f"/orders/{order_id}/").status == 404
    other.goto(link)

    expect(other.locator("#order-status")).to_have_text("processing")
    assert "token" not in other.url


def test_customer_finds_the_order_in_their_account(browser, shop):
    page, watcher = new_page(browser, shop)
    page.goto("/account/sign-up/")
    page.get_by_label("First name").fill("Ada")
    page.get_by_label("Last name").fill("Löwe")
    recipient = f"e2e-{uuid.uuid4().hex[:8]}@example.com"
    page.get_by_label("E-mail").fill(recipient)
    page.get_by_label(re.compile("Password")).fill("correct horse battery")
    page.get_by_role("button", name="Open account").click()
    expect(page.get_by_role("heading", name="Your orders")).to_be_visible()

    put_in_bag(page, shop)
    check_out(page, recipient)
    answer_at_provider(page, "approve")
    expect_paid(page, shop)
    page.goto("/account/orders/")

    expect(page.get_by_role("link", name=re.compile("^Order "))).to_have_count(1)
    assert watcher.complaints == []


def test_order_page_moves_when_staff_ship_in_admin(browser, shop):
    page, watcher = new_page(browser, shop)
    put_in_bag(page, shop)
    check_out(page, f"e2e-{uuid.uuid4().hex[:8]}@example.com")
    answer_at_provider(page, "approve")
    order_id = expect_paid(page, shop)
    page.evaluate("window.stayed = true")

    staff, staff_watcher = new_page(browser, shop)
    sign_in_as_staff(staff, shop)
    staff.goto(f"/admin/orders/order/{order_id}/change/")
    staff.get_by_role("link", name="Ship 1 item").click()
    staff.get_by_label("Tracking number").fill("TRACK-E2E")
    staff.get_by_role("button", name="Ship 1 item").click()

    expect(page.locator("#order-status")).to_have_text("shipped", timeout=30_000)
    expect(page.locator("main")).to_contain_text("TRACK-E2E")
    assert page.evaluate("window.stayed")
    assert watcher.complaints == []
    assert staff_watcher.complaints == []


def sign_in_as_staff(page, shop):
    page.goto("/admin/")
    page.locator("[name=username]").fill(shop.run["staff"]["email"])
    page.locator("[name=password]").fill(shop.run["staff"]["password"])
    page.locator("[type=submit]").first.click()
    page.wait_for_url(re.compile("/admin/$"))


@pytest.mark.parametrize(
    "path",
    [
        "/cart/add/",
        "/checkout/",
        "/account/sign-in/",
        "/account/sign-up/",
        "/account/sign-out/",
        "/orders/00000000-0000-7000-8000-000000000000/cancel/",
    ],
)
def test_every_form_needs_its_csrf_token(browser, shop, path):
    page, _ = new_page(browser, shop)

    assert page.request.post(path, form={"x": "1"}).status == 403


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/products/",
        "/search/?q=jacket",
        "/cart/",
        "/checkout/",
        "/account/sign-in/",
        "/account/sign-up/",
        "/nowhere/",
    ],
)
def test_page_fits_its_screen_and_does_not_complain(browser, shop, path, width):
    page, watcher = new_page(browser, shop, width=width)

    page.goto(path)

    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.locator("h1").count() == 1
    assert [c for c in watcher.complaints if "404" not in c] == []
