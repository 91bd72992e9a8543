"""Every page of a running shop as pictures: FOLDER/<page>-<width>-<light|dark>.png, those of staff too where --run or --staff lets them in.

It puts something in the bag and places two orders. With --run, of a shop of bin/up, six more are brought to the states that an order can be
in, and a product file is uploaded that nobody imports; with --staff nothing is changed on staff pages.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from subprocess import SubprocessError
from urllib.error import URLError
from urllib.request import urlopen

from bin.shop_pages import PATIENCE, visit, visit_states, wait_until
from bin.shop_states import OutOfReach, bring_about
from bin.staff_pages import visit_rare_staff_pages, visit_staff_pages
from ecommerce.local.browser import find_chromium

WIDTHS, SCHEMES = (390, 768, 1280), ("light", "dark")


def photograph(folder: Path, walks: list[Callable[..., Iterator[str]]]) -> int:
    """Write pictures of every place that the walks lead a page to; return how many."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        sys.exit(f"bin/screens: {error}; run bin/test once, it installs it")
    chromium, count = find_chromium(), 0
    if chromium is None:
        sys.exit("bin/screens: no Chromium found; name one in CHROMIUM")
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"], timeout=PATIENCE)
        for scheme in SCHEMES:
            for walk in walks:
                context = browser.new_context(color_scheme=scheme, reduced_motion="reduce", service_workers="block")
                context.set_default_timeout(PATIENCE)
                page = context.new_page()
                page.set_viewport_size({"width": WIDTHS[-1], "height": 900})
                for name in walk(page):
                    count += shoot(page, folder, name=name, scheme=scheme)
                    # Some pages are led on by what only wide ones show.
                    page.set_viewport_size({"width": WIDTHS[-1], "height": 900})
                context.close()
        browser.close()
    return count


def shoot(page, folder: Path, *, name: str, scheme: str) -> int:  # type: ignore[no-untyped-def]
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        # Pictures below the fold are fetched when they come into view.
        page.evaluate("for (const image of document.images) image.loading = 'eager'")
        # A picture of another width is chosen in the frames after the window changed.
        page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        # A shop that has just started draws them when they are first asked for.
        wait_until(
            page, "[...document.images].every(image => image.complete && image.naturalWidth)", patience=3 * PATIENCE
        )
        # What has arrived is not painted before it is decoded.
        page.evaluate("Promise.all([...document.images].map(image => image.decode()))")
        page.screenshot(path=folder / f"{name}-{width}-{scheme}.png", full_page=True, timeout=PATIENCE)
    return len(WIDTHS)


def main() -> None:
    parser = argparse.ArgumentParser(prog="bin/screens", description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="the running shop (%(default)s)")
    parser.add_argument(
        "--run",
        type=Path,
        default=Path("var/run.json"),
        help="the running shop's run.json, which knows a member of staff (%(default)s)",
    )
    parser.add_argument(
        "--staff",
        metavar="ADDRESS",
        help="a member of staff with every right instead; the password is in STAFF_PASSWORD",
    )
    parser.add_argument("folder", nargs="?", type=Path, default=Path("var/screens"), help="where to (%(default)s)")
    given = parser.parse_args()
    base = given.url.rstrip("/")
    try:
        urlopen(f"{base}/health/live", timeout=5).close()
    except URLError as error:
        sys.exit(
            f"bin/screens: no shop answers at {base} ({error.reason}); start one with bin/up, or name it with --url"
        )
    walks, missing = find_walks(base, address=given.staff, run=given.run)
    count = photograph(given.folder, walks)
    print(f"{given.folder}: {count} pictures")
    if missing:
        sys.exit(f"bin/screens: {missing}")


def find_walks(base: str, *, address: str | None, run: Path) -> tuple[list[Callable[..., Iterator[str]]], str]:
    """Return the ways through the shop at `base` that are open to us, and what went wrong on the way to the others; print which nobody asked for."""
    walks: list[Callable[..., Iterator[str]]] = [partial(visit, base=base)]
    staff = find_staff(base, address=address, run=run)
    if staff is None:
        print(f"no pages of staff: {run} is not of the shop at {base}; name it with --run, or somebody with --staff")
        return walks, ""
    if address:
        print("no pages of rare states: they need the state folder of bin/up; name its run.json with --run")
        return [*walks, partial(visit_staff_pages, base=base, staff=staff)], ""
    try:
        states = bring_about(base, staff=staff, state=run.parent)
    except (OutOfReach, AssertionError, RuntimeError, OSError, SubprocessError) as error:
        missing = f"the pages of rare states are missing, for they could not be brought about: {error}"
        return [*walks, partial(visit_staff_pages, base=base, staff=staff)], missing
    rare = partial(visit_rare_staff_pages, base=base, staff=staff, answers=states.answers)
    shown = partial(visit_states, base=base, states=states)
    return [*walks, shown, partial(visit_staff_pages, base=base, staff=staff), rare], ""


def find_staff(base: str, *, address: str | None, run: Path) -> Mapping[str, str] | None:
    """Return whom to sign in as at the shop at `base`; None where nobody is known."""
    if address:
        password = os.environ.get("STAFF_PASSWORD")
        return {"email": address, "password": password} if password else sys.exit("bin/screens: set STAFF_PASSWORD")
    if not run.is_file():
        return None
    known = json.loads(run.read_text(encoding="utf-8"))
    return known["staff"] if known["urls"]["storefront"] == base else None


if __name__ == "__main__":
    main()
