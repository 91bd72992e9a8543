"""A working day of each role in Chromium: every page that its pages offer opens, and what it does most often works."""

import re
from html import unescape
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from playwright.sync_api import expect

from bin.staff_pages import sign_in
from tests.e2e.conftest import new_page

PASSWORD = "correct horse battery staple"
MAKE_STAFF = """
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
for email, role in {people}.items():
    user = get_user_model().objects.create_user(email, "{password}", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
"""
_LINK = re.compile(r'<a\b[^>]*?\bhref="([^"]*)"')
# Links that end the session, or lead to one thing of many alike.
_ENDING = re.compile(r"/logout/|/jsi18n/")
_ONE_OF_MANY = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|/\d+/")
_MOST = 60


def paid_order(shop):
    buyer = shop.client()
    order = buyer.order({shop.variants(stock=5)[0]: 1})
    buyer.pay(order)
    buyer.wait_for_status(order, "processing")
    return order


def open_order(page, shop, order):
    page.goto("/admin/orders/order/")
    page.locator("#searchbar").fill(order["number"])
    page.locator("#searchbar").press("Enter")
    page.locator("#result_list a[href*='/change/']").first.click()
    expect(page.locator("h1")).to_contain_text(order["number"])


def save_settings(page, shop):
    page.goto("/admin/work/brand/")
    page.locator("main form button[type=submit], form.bo-form button").last.click()
    expect(page.get_by_text("Pages and mails show it within five seconds.").first).to_be_visible()


def refund_a_euro(page, shop):
    open_order(page, shop, paid_order(shop))
    page.locator('a[href$="/do/refund/"]').click()
    page.locator("#id_amount").fill("1.00")
    page.locator("#id_reason").fill("Arrived damaged")
    page.locator("#order-operation button").click()
    expect(page.get_by_text("The shop keeps")).to_be_visible()
    page.locator("#order-operation button").last.click()
    expect(page.get_by_text(re.compile("€1.00 (sent|on its way) back"))).to_be_visible()


def pack_and_ship(page, shop):
    open_order(page, shop, paid_order(shop))
    slip = page.locator('a[href*="/packing-slip/"]').first.get_attribute("href")
    assert page.request.get(slip).headers["content-type"] == "application/pdf"
    page.locator('a[href$="/do/ship/"]').click()
    page.locator("#order-operation button").last.click()
    expect(page.locator(".bo-history")).to_contain_text(re.compile("left|shipped", re.IGNORECASE))


def edit_a_product(page, shop):
    page.goto("/admin/catalog/product/")
    page.locator("#result_list a[href*='/change/']").first.click()
    page.locator("[name=_save]").first.click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()


def read_the_figures(page, shop):
    page.goto("/admin/")
    for name in ("Orders today", "Revenue today", "Conversion"):
        expect(page.get_by_text(name)).to_be_visible()
    page.goto("/admin/work/stock-movements/")
    expect(page.locator("table tbody tr").first).to_be_visible()


DAYS = {
    "Shop manager": save_settings,
    "Support": refund_a_euro,
    "Warehouse": pack_and_ship,
    "Catalogue editor": edit_a_product,
    "Analyst": read_the_figures,
}


def offered(shown, *, at):
    """Return where the links of a page lead inside the back office, one for each kind of thing."""
    found = {}
    for written in _LINK.findall(shown):
        link = urldefrag(urljoin(at, unescape(written)))[0]
        parts = urlsplit(link)
        if parts.path.startswith("/admin/") and parts.netloc == urlsplit(at).netloc and not _ENDING.search(link):
            found.setdefault(_ONE_OF_MANY.sub("<one>", parts.path), link)
    return found


@pytest.fixture(scope="module")
def people(shop):
    """The address of somebody in each role."""
    emails = {role: f"{role.split()[-1].lower()}@staff.example" for role in DAYS}
    made = {email: role for role, email in emails.items()}
    shop.manage("shell", "-c", MAKE_STAFF.format(people=made, password=PASSWORD))
    return emails


@pytest.mark.timeout(420)
@pytest.mark.parametrize("role", DAYS)
def test_role_opens_all_that_it_is_offered_and_does_its_work(browser, shop, people, role):
    page, watcher = new_page(browser, shop, reduced_motion="reduce")
    refused = []
    page.on("response", lambda answer: refused.append(answer.url) if answer.status == 403 else None)

    sign_in(page, shop.base, {"email": people[role], "password": PASSWORD})
    entries = page.locator("#nav-sidebar a[href], nav a[href]").evaluate_all("links => links.map(link => link.href)")
    # How pages look and behave is seen in test_staff_pages; here they only have to open, and so do those that they lead to.
    waiting, statuses = offered(page.content(), at=page.url), {}
    for address in entries:
        answer = page.request.get(address)
        assert (answer.status, "<h1" in answer.text()) == (200, True), address
        waiting |= {kind: link for kind, link in offered(answer.text(), at=address).items() if kind not in waiting}
    for kind, address in list(waiting.items())[:_MOST]:
        statuses[kind] = page.request.get(address).status

    DAYS[role](page, shop)

    assert len(statuses) > len(entries) > 1
    assert refused == []
    assert {kind: status for kind, status in statuses.items() if status >= 400} == {}
    assert watcher.complaints == []
