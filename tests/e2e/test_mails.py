"""Every mail as a mail program shows it, from the preview of staff: it fits, everybody can read it, it has its pictures and its text."""

import pytest

from bin.staff_pages import sign_in
from tests.e2e.conftest import new_page
from tests.e2e.test_quality import WIDE, serious_findings

LOOKS = [(scheme, width) for scheme in ("light", "dark") for width in (390, 1280)]
PICTURES = "Promise.all([...document.images].map((image) => image.decode().then(() => 0, () => image.src)))"


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_mail_fits_is_accessible_and_shows_its_pictures(browser, shop, states, language):
    staff, watcher = new_page(browser, shop)
    sign_in(staff, shop.base, shop.run["staff"])
    staff.goto("/admin/work/mails/")
    kinds = staff.locator("select[name=kind] option").all_inner_texts()
    number = staff.locator("#sample-orders option").first.get_attribute("value")
    reader, _ = new_page(browser, shop, service_workers="block")
    faults = {}

    for kind in kinds:
        staff.goto(f"/admin/work/mails/?kind={kind}&language={language}&order={number}", wait_until="domcontentloaded")
        assert len(staff.locator("pre").inner_text()) > 200
        show(reader, shop, staff.locator("iframe").get_attribute("srcdoc"))
        assert reader.locator("html").get_attribute("lang") == language
        assert reader.locator("a.button").get_attribute("href") in staff.locator("pre").inner_text()
        # What is sold has pictures; an account has none.
        assert reader.locator("img").count() > 0 or kind.startswith("password")
        for scheme, width in LOOKS:
            reader.set_viewport_size({"width": width, "height": 900})
            reader.emulate_media(color_scheme=scheme)
            found = {
                "axe": serious_findings(reader),
                "wide": reader.evaluate(WIDE),
                "missing": [address for address in reader.evaluate(PICTURES) if address],
            }
            if any(found.values()):
                faults[kind, scheme, width] = {key: value for key, value in found.items() if value}

    assert len(kinds) >= 6
    assert faults == {}
    assert watcher.complaints == []


def show(page, shop, html):
    """Show a mail by itself, without the shop's policy, as mail programs do; at the shop's address, or Chromium blocks its pictures."""
    address = f"{shop.base}/mail/"
    page.route(address, lambda route: route.fulfill(content_type="text/html; charset=utf-8", body=html))
    page.goto(address)
    page.unroute(address)
