"""Forms in a real browser: focus goes to what was wrong, and what was typed is there again."""

import re
import uuid

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import new_page
from tests.e2e.test_purchase import PERSON, product_path

TYPED = {"#email": "eva@example.com", "#first_name": "Eva", "#postal_code": "10115"}


def at_checkout(page, shop):
    page.goto(product_path(shop))
    page.get_by_role("button", name="Add to bag").click()
    expect(page.get_by_role("heading", name=re.compile("Your bag|Added to your bag"))).to_be_visible()
    page.goto("/checkout/")


# What no browser finds fault with, and the shop does.
REFUSED = "nobody@nowhere"


@pytest.mark.parametrize(
    ("path", "given", "button"),
    [
        ("/account/sign-in/", {"password": "wrong"}, "Sign in"),
        ("/account/sign-up/", {"password": "short"}, "Open account"),
        ("/account/password/forgotten/", {}, "Send the link"),
        ("/checkout/", PERSON, "Continue to delivery"),
    ],
)
def test_focus_goes_to_what_was_wrong(browser, shop, javascript, path, given, button):
    page, _ = new_page(browser, shop, javascript=javascript)
    if path == "/checkout/":
        at_checkout(page, shop)
    else:
        page.goto(path)
    for name, value in {"email": REFUSED, **given}.items():
        page.locator(f"#{name}").fill(value)

    page.get_by_role("button", name=button).click()

    expect(page.get_by_role("alert")).to_be_focused()


@pytest.mark.parametrize("way", ["Change your bag", "Sign in"])
def test_what_was_typed_is_there_again_after_a_way_by_button(browser, shop, javascript, way):
    page, _ = new_page(browser, shop, javascript=javascript)
    at_checkout(page, shop)
    for field, value in TYPED.items():
        page.locator(field).fill(value)

    page.get_by_role("button", name=way).click()
    page.wait_for_url(re.compile("/cart/$|/sign-in/"))
    page.goto("/checkout/")

    for field, value in TYPED.items():
        expect(page.locator(field)).to_have_value(value)


def test_what_was_typed_is_there_again_after_any_link(browser, shop):
    page, watcher = new_page(browser, shop)
    at_checkout(page, shop)
    for field, value in TYPED.items():
        page.locator(field).fill(value)

    page.keyboard.press("Tab")
    for _ in range(100):
        if TYPED["#postal_code"] in page.request.get("/checkout/").text():
            break
        page.wait_for_timeout(100)
    page.locator(".top .tools").get_by_role("link", name="Bag").click()
    page.wait_for_url("**/cart/")
    page.goto("/checkout/")

    for field, value in TYPED.items():
        expect(page.locator(field)).to_have_value(value)
    assert watcher.complaints == []


@pytest.mark.parametrize(("width", "folded"), [(390, True), (1280, False)])
def test_summary_stands_above_the_form_on_a_phone_and_open_beside_it_on_a_desk(browser, shop, width, folded):
    page, _ = new_page(browser, shop, width=width)
    at_checkout(page, shop)
    items, form = page.locator("#summary"), page.locator("#checkout")

    if folded:
        expect(items).to_be_hidden()
        total = page.locator("#summary-total")
        expect(total).to_contain_text(re.compile(r"\d"))
        assert total.bounding_box()["y"] < form.bounding_box()["y"]
        total.click()
    expect(items).to_be_visible()
    if not folded:
        assert items.bounding_box()["x"] > form.bounding_box()["x"] + form.bounding_box()["width"]


def test_forgotten_password_is_changed_by_the_link_in_the_mail(browser, shop, javascript):
    page, watcher = new_page(browser, shop, javascript=javascript)
    email = f"e2e-{uuid.uuid4().hex[:8]}@example.com"
    shop.client().expect(201, "POST", "/api/v1/auth/register", {"email": email, "password": "correct horse battery"})
    page.goto("/account/sign-in/")
    page.get_by_role("link", name="Forgotten your password?").click()
    page.get_by_label("E-mail").fill(email)
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", name="Check your mail")).to_be_visible()
    text = shop.wait_for_mail(email, "password").get_body(("plain",)).get_content()

    page.goto(re.search(r"http\S+/account/password/new/\S+", text)[0])
    assert "token" not in page.url
    page.get_by_label("New password").fill("another fine secret")
    page.get_by_role("button", name="Change password").click()
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill("another fine secret")
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("heading", name="Your orders")).to_be_visible()
    assert watcher.complaints == []
