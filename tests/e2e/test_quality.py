"""What every page owes its visitors: readable for all, still while it loads, light, silent, and usable by keyboard and enlarged."""

import re
import uuid

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from bin.shop_pages import PERSON, visit, visit_states, wait_until
from tests.e2e.conftest import NAVIGATION, new_page
from tests.e2e.test_purchase import answer_at_provider, check_out, expect_paid, product_path, put_in_bag

SHIFTS = """
    window.shifted = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
    window.reports = [];
    document.addEventListener("securitypolicyviolation", (event) => window.reports.push(event.violatedDirective));
"""
# What a reader sees: screen by screen, each once its pictures are there, since lazy ones may push away what is being read.
SCROLL = """async () => {
  const frames = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const inSight = (image) => { const box = image.getBoundingClientRect(); return box.bottom > 0 && box.top < innerHeight; };
  const patience = Date.now() + 20000;
  for (let y = 0; y < document.documentElement.scrollHeight; y += Math.ceil(innerHeight * 0.8)) {
    window.scrollTo({ top: y, behavior: "instant" });
    do await frames();
    while ([...document.images].some((image) => inSight(image) && !image.complete) && Date.now() < patience);
  }
  window.scrollTo({ top: 0, behavior: "instant" });
  await frames();
}"""
WIDE = "document.documentElement.scrollWidth > window.innerWidth"
# Pages that answer one of these on purpose are named by the browser's own message.
EXPECTED = re.compile(r"status of (40[034]|429|500)")
# What is looked at in a width between phone and desk as well; the tour ends at the order.
MAIN = {"home", "listing", "category", "product", "bag", "checkout-review", "order"}


# Whole answers hold every element that passes, and take longer to hand over than to find. The rows of a long table are alike, and no rule
# here needs stylesheets fetched once more.
FIND = """() => axe.run({ exclude: [["tbody tr:nth-child(n+13)"], ["tbody:nth-of-type(n+13)"]] }, {
    reporter: "no-passes", selectors: false, preload: false,
  }).then(({ violations }) => violations
  .filter(({ impact }) => ["serious", "critical"].includes(impact))
  .map(({ id, nodes }) => [id, nodes.slice(0, 3).map(({ html }) => html.slice(0, 200))]))"""


def serious_findings(page):
    page.evaluate(Axe().axe_script)
    return [(rule, elements) for rule, elements in page.evaluate(FIND)]


def find_faults(page):
    """Return what is wrong with the page that is open, by instrument; empty where nothing is. SHIFTS must run on it."""
    page.wait_for_load_state("load", timeout=NAVIGATION)
    page.evaluate(SCROLL)
    found = {
        "axe": serious_findings(page),
        "wide": page.evaluate(WIDE),
        "shift": page.evaluate("window.shifted >= 0.05 && window.shifted"),
        "policy": page.evaluate("window.reports"),
        "headings": [] if page.locator("h1").count() == 1 else ["not one h1"],
    }
    return {instrument: fault for instrument, fault in found.items() if fault}


def test_a_page_that_excludes_somebody_is_found_out(browser, shop):
    """The control of the tour below: its instruments see what they are there for."""
    page, _ = new_page(browser, shop)
    page.add_init_script(SHIFTS)
    page.goto("/account/sign-in/")

    page.evaluate(
        """() => {
          document.querySelector('label[for="email"]').remove();
          const block = document.createElement("div");
          block.style.blockSize = "500px";
          document.querySelector("main").prepend(block);
        }"""
    )
    wait_until(page, "window.shifted > 0.05")

    assert "label" in [rule for rule, _ in serious_findings(page)]


def test_what_the_policy_blocks_is_reported(browser, shop):
    """The other control: a page as an attacker would change it, with the shop's own policy."""
    page, watcher = new_page(browser, shop, service_workers="block")
    page.add_init_script(SHIFTS)
    planted = "<script>window.ran = true</script><style>h1 { display: none }</style>"

    def plant(route):
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("</h1>", f"</h1>{planted}"))

    page.route("**/account/sign-in/", plant)
    page.goto("/account/sign-in/")

    expect(page.locator("h1")).to_be_visible()
    assert page.evaluate("[window.ran, window.reports.sort()]") == [None, ["script-src-elem", "style-src-elem"]]
    assert find_faults(page).keys() == {"policy"}
    assert len([each for each in watcher.complaints if "Content Security Policy" in each]) == 2, watcher.complaints


@pytest.mark.timeout(420)
@pytest.mark.parametrize(("scheme", "width"), [("dark", 1280), ("light", 390)])
def test_every_page_is_accessible_still_and_silent(browser, shop, scheme, width):
    page, watcher = new_page(browser, shop, width=width, color_scheme=scheme, reduced_motion="reduce")
    page.add_init_script(SHIFTS)

    faults = {name: found for name in visit(page, shop.base) if (found := find_faults(page))}

    assert faults == {}
    assert [c for c in watcher.complaints if not EXPECTED.search(c)] == []


@pytest.mark.parametrize(("scheme", "width"), [("light", 768), ("dark", 390)])
def test_main_pages_hold_between_phone_and_desk_and_in_the_dark(browser, shop, scheme, width):
    page, watcher = new_page(browser, shop, width=width, color_scheme=scheme, reduced_motion="reduce")
    page.add_init_script(SHIFTS)
    faults, seen = {}, set()

    for name in visit(page, shop.base):
        if name in MAIN:
            seen.add(name)
            faults[name] = find_faults(page)
        if seen == MAIN:
            break

    assert {name: found for name, found in faults.items() if found} == {}
    assert seen == MAIN
    assert [c for c in watcher.complaints if not EXPECTED.search(c)] == []


@pytest.mark.parametrize(("scheme", "width"), [("light", 390), ("dark", 1280)])
def test_rare_states_are_accessible_still_and_silent(browser, shop, states, scheme, width):
    look = {"width": width, "color_scheme": scheme, "reduced_motion": "reduce", "service_workers": "block"}
    page, watcher = new_page(browser, shop, **look)
    page.add_init_script(SHIFTS)
    faults, headings = {}, {}

    for name in visit_states(page, shop.base, states):
        faults[name] = find_faults(page)
        headings[name] = page.locator("h1").inner_text()

    assert {name: found for name, found in faults.items() if found} == {}
    assert [c for c in watcher.complaints if not EXPECTED.search(c)] == []
    assert len(headings) == 12
    assert {name: headings[name] for name in ("broken", "too-many", "refused", "form-not-sent")} == {
        "broken": "Something broke on our side",
        "too-many": "That was a lot at once",
        "refused": "We did not understand that",
        "form-not-sent": "This form was not sent",
    }


@pytest.mark.parametrize(("width", "height"), [(360, 640), (390, 844), (768, 1024), (844, 390), (1280, 800)])
def test_gallery_shows_whole_pictures_that_keep_still(browser, shop, width, height):
    page, _ = new_page(browser, shop, viewport={"width": width, "height": height}, reduced_motion="reduce")
    page.add_init_script(SHIFTS)
    page.goto(product_path(shop), wait_until="load")
    shown = "({width, height}) => Math.abs(width / height - 0.8)"

    for number in (2, 1):
        # On a phone, where the next picture looks in from the side, there are no small ones to click.
        page.locator("a[data-view]").nth(number - 1).evaluate("link => link.click()")
        wait_until(page, f"document.querySelectorAll('[data-view]')[{number - 1}].hasAttribute('aria-current')")
        picture = page.locator(f"#view-{number} img")
        off = picture.evaluate(f"picture => ({shown})(picture.getBoundingClientRect())")
        inside = picture.evaluate(
            """picture => {
              const [mine, strip] = [picture, picture.closest(".strip")].map((each) => each.getBoundingClientRect());
              return mine.left >= strip.left - 1 && mine.right <= strip.right + 1 && mine.bottom <= strip.bottom + 1;
            }"""
        )
        assert (off < 0.01, inside) == (True, True)
    assert page.evaluate("window.shifted") < 0.05


def tab_to(page, matches):
    """Press Tab until the focus is on an element that matches the selector."""
    for _ in range(150):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", matches):
            return
    raise AssertionError(f"Tab never reached {matches} on {page.url}")


def test_a_purchase_by_keyboard_only(browser, shop):
    page, watcher = new_page(browser, shop)
    page.goto("/")
    tab_to(page, 'main a[href="/products/"]')
    page.keyboard.press("Enter")
    page.wait_for_url("**/products/")
    tab_to(page, f'a[href="{product_path(shop)}"]')
    page.keyboard.press("Enter")
    page.wait_for_url("**" + product_path(shop))
    tab_to(page, ".add button")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    tab_to(page, 'dialog a[href="/checkout/"]')
    page.keyboard.press("Enter")
    page.wait_for_url("**/checkout/")
    for name, value in PERSON.items():
        tab_to(page, f"#{name}")
        page.keyboard.type(value)
    tab_to(page, 'button[name="save"]')
    page.keyboard.press("Enter")
    page.wait_for_url("**/checkout/#delivery")
    tab_to(page, 'button[name="place"]')
    page.keyboard.press("Enter")
    page.locator("#pay").wait_for()
    tab_to(page, "#pay")
    page.keyboard.press("Enter")

    expect_paid(page, shop)
    assert watcher.complaints == []


def test_a_purchase_at_200_percent(browser, shop):
    """A window of 1280 by 900 enlarged twice has 640 by 450 of the page's own pixels."""
    page, watcher = new_page(browser, shop, viewport={"width": 640, "height": 450}, device_scale_factor=2)

    put_in_bag(page, shop)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    check_out(page, f"e2e-{uuid.uuid4().hex[:8]}@example.com")
    answer_at_provider(page, "approve")

    expect_paid(page, shop)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert watcher.complaints == []


def test_the_first_page_is_light(browser, shop):
    page, _ = new_page(browser, shop)
    weights = {}

    def weigh(request):
        if request.resource_type != "image":
            weights[request.url] = sum(request.sizes()[part] for part in ("responseBodySize", "responseHeadersSize"))

    page.on("requestfinished", weigh)
    page.goto("/", wait_until="networkidle", timeout=NAVIGATION)

    assert any(".css" in url for url in weights)
    assert sum(weights.values()) < 150_000, weights


def test_pages_seen_before_open_without_network(browser, shop):
    page, _ = new_page(browser, shop)
    page.goto("/")
    wait_until(page, "navigator.serviceWorker.controller !== null")
    page.goto(product_path(shop))
    title = page.locator("h1").inner_text()
    wait_until(page, "caches.open('pages').then(pages => pages.match(location.href)).then(Boolean)")

    page.context.set_offline(True)

    page.goto(product_path(shop))
    expect(page.locator("h1")).to_have_text(title)
    page.goto("/cart/")
    expect(page.locator("h1")).to_have_text("Out of reach")


def test_phone_shows_what_it_is_and_costs_without_scrolling(browser, shop):
    page, _ = new_page(browser, shop, viewport={"width": 390, "height": 844})
    page.goto(product_path(shop))

    price, header = (page.locator(part).bounding_box() for part in (".buy .price.large", ".top"))
    assert price["y"] + price["height"] < 700
    assert header["height"] < 100


@pytest.mark.parametrize("width", [390, 1280])
def test_search_suggests_while_somebody_types(browser, shop, width):
    page, watcher = new_page(browser, shop, viewport={"width": width, "height": 844})
    page.goto("/")

    page.get_by_role("searchbox", name="Search").press_sequentially("jacket")
    suggestion = page.locator("#suggestions li a").first
    expect(suggestion).to_contain_text(re.compile("jacket", re.IGNORECASE))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    page.wait_for_url("**/products/*/")
    assert watcher.complaints == []


def test_bar_stands_on_a_phone_wherever_the_button_is_out_of_sight(browser, shop):
    page, _ = new_page(browser, shop, viewport={"width": 390, "height": 600}, reduced_motion="reduce")
    page.goto(product_path(shop))
    bar = page.locator("[data-sticky]")
    expect(bar).to_be_visible()

    page.locator(".add").scroll_into_view_if_needed()
    expect(bar).to_be_hidden()
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    expect(bar).to_be_visible()
    bar.get_by_role("button").click()

    expect(page.get_by_role("dialog")).to_contain_text("Added to your bag")
    expect(page.locator(".tools .count")).to_contain_text("1")
