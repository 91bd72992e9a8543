"""What every staff page owes the people who work there: readable for all, as wide as the window, silent, by theme and width."""

import pytest

from bin.staff_pages import visit_staff_pages
from tests.e2e.conftest import NAVIGATION, new_page
from tests.e2e.test_quality import serious_findings

# What scrolls sideways inside the page; the theme's own tables of a form must, and say so by a bar.
SIDEWAYS = """[...document.querySelectorAll("#content *, main *")]
  .filter(each => ["auto", "scroll"].includes(getComputedStyle(each).overflowX) && each.clientWidth > 0)
  .filter(each => each.scrollWidth > each.clientWidth + 1 && !each.className.includes("simplebar"))
  .map(each => `${each.tagName} ${each.className}`)"""


@pytest.fixture(scope="session")
def paid_order(shop):
    """An order that waits for the warehouse, so that every page of one has something to show."""
    buyer = shop.client()
    order = buyer.order({shop.variants(stock=5)[0]: 2})
    buyer.pay(order)
    buyer.wait_for_status(order, "processing")


@pytest.mark.timeout(420)
@pytest.mark.parametrize(("scheme", "width"), [("light", 390), ("dark", 1280)])
def test_every_staff_page_is_accessible_fits_and_is_silent(browser, shop, paid_order, scheme, width):
    page, watcher = new_page(browser, shop, width=width, color_scheme=scheme, reduced_motion="reduce")
    faults, seen = {}, set()

    for name in visit_staff_pages(page, shop.base, shop.run["staff"]):
        page.wait_for_load_state("load", timeout=NAVIGATION)
        seen.add(name)
        found = {
            "axe": serious_findings(page),
            "wide": page.evaluate("document.documentElement.scrollWidth > window.innerWidth"),
            "sideways": page.evaluate(SIDEWAYS),
            "theme": page.evaluate("document.documentElement.classList.contains('dark')") != (scheme == "dark"),
            "headings": [] if page.locator("h1").count() == 1 else ["not one h1"],
        }
        if any(found.values()):
            faults[name] = {key: value for key, value in found.items() if value}

    assert faults == {}
    assert len(seen) > 25
    assert watcher.complaints == []
