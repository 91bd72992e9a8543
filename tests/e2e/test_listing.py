"""The list of products grows in place, and is found again as it was left."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import new_page

PAGE = 24
# Parameters of a place in the list, as the link to the next page has them.
NEXT = "**/products/?*cursor=*"


PATIENCE = 30_000
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 5"/>'


def open_list(browser, shop, **options):
    """Open the first page. A shop that has just started draws its pictures when asked for them, and pages wait in line behind."""
    page, watcher = new_page(browser, shop, reduced_motion="reduce", service_workers="block", **options)
    page.route("**/media/**", lambda route: route.fulfill(body=PICTURE, content_type="image/svg+xml"))
    page.goto("/products/?sort=title")
    return page, watcher


@pytest.fixture
def listing(browser, shop):
    page, watcher = open_list(browser, shop)
    yield page
    assert watcher.complaints == []


def addresses(page):
    return page.locator(".card > a").evaluate_all("links => links.map((link) => link.pathname)")


def test_next_page_is_added_and_told_and_takes_the_focus(listing, shop):
    total = shop.client().expect(200, "GET", "/api/v1/products?count=true&limit=1")["count"]
    first = addresses(listing)

    listing.get_by_role("link", name="Show more").click()

    expect(listing.locator("#shown")).to_have_text(f"{2 * PAGE} of {total} products shown", timeout=PATIENCE)
    assert addresses(listing)[:PAGE] == first
    assert len(set(addresses(listing))) == 2 * PAGE
    assert listing.evaluate("document.activeElement.pathname") == addresses(listing)[PAGE]
    while listing.get_by_role("link", name="Show more").count():
        before = len(addresses(listing))
        listing.get_by_role("link", name="Show more").click()
        expect(listing.locator("#shown")).not_to_have_text(f"{before} of {total} products shown", timeout=PATIENCE)
    assert len(set(addresses(listing))) == len(addresses(listing)) == total
    expect(listing.locator(".pages")).to_have_count(0)


def test_who_comes_back_finds_the_list_and_the_place_in_it(listing):
    # Kept pages would come back by themselves, which hides what the script does.
    listing.add_init_script("addEventListener('unload', () => {})")
    listing.reload()
    listing.get_by_role("link", name="Show more").click()
    expect(listing.locator(".card")).to_have_count(2 * PAGE, timeout=PATIENCE)
    shown = addresses(listing)
    product = listing.locator(".card > a").nth(2 * PAGE - 3)
    product.scroll_into_view_if_needed()
    product.click()
    listing.wait_for_url("**/products/*/")

    listing.go_back()

    expect(listing.locator(".card")).to_have_count(2 * PAGE, timeout=PATIENCE)
    assert addresses(listing) == shown
    expect(listing.locator(".card > a").nth(2 * PAGE - 3)).to_be_in_viewport()


def test_page_that_cannot_be_fetched_is_gone_to(browser, shop):
    page, _ = open_list(browser, shop)
    first = addresses(page)
    page.route(NEXT, lambda route: route.continue_() if route.request.is_navigation_request() else route.abort())

    page.get_by_role("link", name="Show more").click()

    page.wait_for_url(NEXT)
    assert set(addresses(page)).isdisjoint(first)


def test_pages_follow_each_other_without_javascript(browser, shop):
    page, _ = open_list(browser, shop, javascript=False)
    first = addresses(page)

    page.get_by_role("link", name="Next").click()

    page.wait_for_url(NEXT)
    assert len(first) == len(addresses(page)) == PAGE
    assert set(addresses(page)).isdisjoint(first)
    page.get_by_role("link", name="Previous").click()
    assert addresses(page) == first
