"""`bin/up --check`: a shop of its own, one order through all of it, and down again."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from ecommerce.local.console import Console
from ecommerce.local.embedded import RunningShop, await_ready, start_shop, stop_shop
from ecommerce.local.errors import StartError
from ecommerce.local.files import last_lines
from ecommerce.local.journey import JourneyFailed, Timeline, order_as_guest
from ecommerce.local.ports import find_free_block

_START_SECONDS = 300


def check(console: Console) -> int:
    """Run the check; return 0 only if every step happened. A failed one keeps its state folder to look into."""
    state = Path(tempfile.mkdtemp(prefix="shop-check-"))
    port = find_free_block()
    console.step(f"starting a throw-away shop on port {port}, state {state}")
    shop = start_shop(state=state, port=port, demo=True, environment={})
    try:
        await_ready(shop, seconds=_START_SECONDS, meanwhile=_follow(shop, console))
        console.step("ready; ordering as a guest")
        timeline = order_as_guest(run=shop.run)
    except (StartError, JourneyFailed) as error:
        console.say(f"\nbin/up --check FAILED: {error}")
        _show_logs(console, state)
        return 1
    finally:
        status = stop_shop(shop)
        console.step("stopped")
    _show(console, timeline)
    if status != 0:
        console.say(f"bin/up --check FAILED: the shop ended with status {status}, logs in {state}")
        return 1
    shutil.rmtree(state, ignore_errors=True)
    return 0


def _follow(shop: RunningShop, console: Console) -> Callable[[], None]:
    """Return what tells the steps of its start that were not told yet."""
    told = 0

    def tell() -> None:
        nonlocal told
        whole_lines = shop.output.read_text(encoding="utf-8").rpartition("\n")[0].splitlines()
        steps = [line for line in whole_lines if line.startswith("[")]
        for step in steps[told:]:
            console.say(f"  {step}")
        told = len(steps)

    return tell


def _show(console: Console, timeline: Timeline) -> None:
    console.say("\nTimeline of the order, milliseconds since the first request:")
    for seconds, text in sorted(timeline.steps):
        console.say(f"  {seconds * 1000:8.0f}  {text}")
    console.say("\nEverything happened.")


def _show_logs(console: Console, state: Path) -> None:
    for log in sorted((state / "logs").glob("*.log")):
        lines = [line for line in last_lines(log, count=200) if '"ERROR"' in line or "Traceback" in line]
        for line in lines[-3:]:
            console.say(f"  {log.name}: {line[:400]}")
    console.say(f"  everything is kept in {state}")
