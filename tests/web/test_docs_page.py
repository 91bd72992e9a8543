"""The documentation page in a real browser, under its own content policy."""

import pytest
from playwright.sync_api import sync_playwright


@pytest.fixture(autouse=True)
def _project_urls(settings, _probe_urls):
    settings.ROOT_URLCONF = "ecommerce.urls"


@pytest.mark.browser
def test_the_docs_page_shows_the_operations_and_breaks_no_policy(live_server, chromium):
    complaints = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{live_server.url}/api/docs/")
        page.wait_for_selector(".opblock", timeout=20_000)
        shown = page.locator(".opblock-summary-path").all_inner_texts()
        browser.close()

    assert any("/products" in path for path in shown)
    assert complaints == []
