"""A real Chromium in front of the running shop; every call has a time-out, and nothing may complain in the console."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from bin.shop_states import States, bring_about
from tests.shop.running import Shop

# A shop that has just started draws its pictures when they are first asked for.
NAVIGATION = 60_000
expect.set_options(timeout=15_000)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/tests/e2e/" in str(item.path):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.timeout(240))


@pytest.fixture(scope="package")
def started_browser(chromium: str) -> Iterator[Browser]:
    """A browser that ends with these tests: while Playwright's loop runs, Django refuses the database to whoever comes after."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=FLAGS, timeout=30_000)
        yield started
        started.close()


@pytest.fixture
def browser(started_browser: Browser) -> Iterator[Browser]:
    """The one browser of all tests, left without the pages of this one: they would go on asking the shop for news."""
    yield started_browser
    for context in started_browser.contexts:
        context.close()


@pytest.fixture(scope="session")
def states(shop: Shop) -> States:
    """Orders in every state, and answers that only faults bring about; made once."""
    return bring_about(shop.base, staff=shop.run["staff"], state=shop.running.state)


class Watcher:
    """Collects what a page must not do: complain, break the policy, call foreign hosts."""

    def __init__(self, context: BrowserContext, *, allowed_hosts: set[str]) -> None:
        self.complaints: list[str] = []
        self.allowed_hosts = allowed_hosts
        context.on("page", self.watch)

    def watch(self, page: Page) -> None:
        page.on("console", self.take_console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.check_host(request.url))

    def take_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"{message.text} ({message.location['url']})")

    def check_host(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc not in self.allowed_hosts:
            self.complaints.append(f"request to {url}")


@pytest.fixture(params=["with-javascript", "without-javascript"])
def javascript(request: pytest.FixtureRequest) -> bool:
    return bool(request.param == "with-javascript")


def new_page(
    browser: Browser, shop: Shop, *, javascript: bool = True, width: int = 1280, **options: Any
) -> tuple[Page, Watcher]:
    """Return a page of a fresh visitor, and what watches it; `options` go to the browser's context."""
    viewport: Any = {"width": width, "height": 900}
    context = browser.new_context(
        **{"java_script_enabled": javascript, "viewport": viewport, "base_url": shop.base, **options}
    )
    context.set_default_timeout(15_000)
    context.set_default_navigation_timeout(NAVIGATION)
    hosts = {urlsplit(url).netloc for url in shop.run["urls"].values()}
    watcher = Watcher(context, allowed_hosts=hosts)
    return context.new_page(), watcher
