"""What every staff page owes the people who work there: readable for all, as wide as the window, silent, by theme and width."""

import re

import pytest

from bin.shop_states import OutOfReach
from bin.staff_pages import sign_in, visit_rare_staff_pages, visit_staff_pages
from tests.e2e.conftest import NAVIGATION, new_page
from tests.e2e.test_quality import serious_findings

# What scrolls sideways inside the page; the theme's own tables of a form must, and say so by a bar.
SIDEWAYS = """[...document.querySelectorAll("#content *, main *")]
  .filter(each => ["auto", "scroll"].includes(getComputedStyle(each).overflowX) && each.clientWidth > 0)
  .filter(each => each.scrollWidth > each.clientWidth + 1 && !each.className.includes("simplebar"))
  .map(each => `${each.tagName} ${each.className}`)"""
# What refuses on purpose: an address of nothing, and a page that nobody may open.
REFUSED = re.compile(r"status of 40[34].*/(nowhere|add)/")
# Lists, forms and figures, for the other halves of themes and widths.
SAMPLES = (
    *("", "orders/order/", "catalog/product/", "catalog/product/add/", "work/stock-take/", "work/import/"),
    *("work/mails/", "work/brand/"),
)


@pytest.fixture(scope="session")
def paid_order(shop):
    """An order that waits for the warehouse, so that every page of one has something to show."""
    buyer = shop.client()
    order = buyer.order({shop.variants(stock=5)[0]: 2})
    buyer.pay(order)
    buyer.wait_for_status(order, "processing")


def find_faults(page, *, scheme):
    """Return what is wrong with the staff page that is open, by instrument; empty where nothing is."""
    page.wait_for_load_state("load", timeout=NAVIGATION)
    is_dark = page.evaluate("document.documentElement.classList.contains('dark')")
    is_alone = page.locator("body.alone, body.bo-alone").count()  # refusals are, and take their theme from the system
    found = {
        "axe": serious_findings(page),
        "wide": page.evaluate("document.documentElement.scrollWidth > window.innerWidth"),
        "sideways": page.evaluate(SIDEWAYS),
        "theme": not is_alone and is_dark != (scheme == "dark"),
        "headings": [] if page.locator("h1").count() == 1 else ["not one h1"],
    }
    return {instrument: fault for instrument, fault in found.items() if fault}


@pytest.mark.timeout(420)
@pytest.mark.parametrize(("scheme", "width"), [("light", 390), ("dark", 1280)])
def test_every_staff_page_is_accessible_fits_and_is_silent(browser, shop, paid_order, scheme, width):
    page, watcher = new_page(browser, shop, width=width, color_scheme=scheme, reduced_motion="reduce")
    faults = {}

    for name in visit_staff_pages(page, shop.base, shop.run["staff"]):
        faults[name] = find_faults(page, scheme=scheme)

    assert {name: found for name, found in faults.items() if found} == {}
    assert len(faults) > 25
    assert watcher.complaints == []


@pytest.mark.parametrize(("scheme", "width"), [("light", 390), ("dark", 1280)])
def test_rare_staff_pages_are_accessible_fit_and_are_silent(browser, shop, states, paid_order, scheme, width):
    look = {"width": width, "color_scheme": scheme, "reduced_motion": "reduce", "service_workers": "block"}
    page, watcher = new_page(browser, shop, **look)
    faults = {}

    for name in visit_rare_staff_pages(page, shop.base, shop.run["staff"], states.answers):
        faults[name] = find_faults(page, scheme=scheme)

    assert {name: found for name, found in faults.items() if found} == {}
    assert len(faults) == 10
    assert [c for c in watcher.complaints if not REFUSED.search(c)] == []


def test_a_sample_of_staff_pages_holds_in_the_dark_on_a_phone(browser, shop, paid_order):
    page, watcher = new_page(browser, shop, width=390, color_scheme="dark", reduced_motion="reduce")
    sign_in(page, shop.base, shop.run["staff"])
    faults = {}

    for path in SAMPLES:
        page.goto(f"/admin/{path}", wait_until="domcontentloaded")
        faults[path] = find_faults(page, scheme="dark")

    assert {path: found for path, found in faults.items() if found} == {}
    assert watcher.complaints == []


class EmptyList:
    """A page on which nothing that is looked for is found."""

    first = property(lambda self: self)

    def count(self):
        return 0

    def __getattr__(self, name):
        return lambda *given, **named: self


def test_tour_of_a_shop_where_nothing_waits_says_so_to_whoever_takes_it():
    seen = []

    with pytest.raises(OutOfReach, match="No order waits for the warehouse"):
        for name in visit_staff_pages(EmptyList(), "http://shop", {"email": "a", "password": "b"}):
            seen.append(name)  # noqa: PERF402 - the generator raises on the way

    assert seen[-1] == "staff-orders-to-ship"
