"""Run the shop under buyers and faults, take down what happened, let the checker judge it, and write the report."""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from ecommerce.local.ports import find_free_block
from laboratory import rates, report
from laboratory.catalogue import stock_shop
from laboratory.faults import FAULTS, clock
from laboratory.folder import Folder, read_json
from laboratory.nemesis import Nemesis
from laboratory.people import People
from laboratory.progress import Progress
from laboratory.proxy import Mode, Proxy
from laboratory.settling import collect, list_parked, log_completions, read_opening_stock, wait_until_quiet
from laboratory.shop import LaboratoryShop
from laboratory.traffic import Traffic
from laboratory.watching import Snapshots, Watchers

ROOT = Path(__file__).resolve().parents[2]
_CUSTOMERS = 12
# Longer than any buyer is patient.
_LEAVING_SECONDS = 240.0
_DEADLINE_SECONDS = 60.0
# All other settings but the payment deadline are those of production.
_SETTINGS = {"IMAGE_FETCH": "false", "SHOP_ENVIRONMENT": "local"}


def main() -> int:
    options = _read_options()
    # So that whoever stops it finds no process and no folder of it left.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = Folder(options.report)
    progress = Progress()
    with tempfile.TemporaryDirectory(prefix="shop-chaos-") as name, ExitStack() as stack:
        stack.callback(folder.close)
        outcome = Run(options, folder, progress, Path(name), stack).carry_out()
        if options.keep_logs or outcome["not_returned"] or outcome["left"]:
            shutil.copytree(Path(name) / "state" / "logs", folder.path / "logs")
    folder.write_json("run.json", outcome)
    folder.write_all("rate", rates.of_seconds(folder.path))
    checked = _check(folder.path)
    page = report.write(folder.path)
    return _conclude(outcome, checked, page)


class Run:
    """One run from an empty folder to the last line of its log."""

    def __init__(
        self, options: argparse.Namespace, folder: Folder, progress: Progress, work: Path, stack: ExitStack
    ) -> None:
        self.options, self.folder, self.progress, self.work, self.stack = options, folder, progress, work, stack
        self.settings = {**_SETTINGS, "PAYMENT_DEADLINE_STRIPE": f"{options.deadline:.0f}"}

    def carry_out(self) -> dict[str, Any]:
        """Return what run.json says of the run."""
        shop, proxy = self._start()
        options, folder = self.options, self.folder
        shelf = stock_shop(shop, self.work)
        log_completions(shop)
        wait_until_quiet(shop, seconds=60, say=self.progress.say)
        opening_stock, started_at = read_opening_stock(shop), time.time()
        people = People(shop, folder, seed=options.seed)
        people.register(_CUSTOMERS)
        watchers, snapshots = Watchers(shop, folder), Snapshots(shop, folder)
        traffic = Traffic(
            people=people, shelf=shelf, watchers=watchers, folder=folder, seed=options.seed, rate=options.rate
        )
        nemesis = Nemesis(options.faults, shop=shop, proxy=proxy, folder=folder, seed=options.seed)
        self.progress.watch(traffic=traffic, nemesis=nemesis, folder=folder, seconds=options.minutes * 60)
        nemesis.start()
        traffic.run(seconds=options.minutes * 60)
        nemesis.end()
        proxy.become(Mode.PASS)
        shop.sandbox("DELETE", "/sandbox/faults")
        self._see_off(traffic, people)
        left = wait_until_quiet(shop, seconds=options.settle, say=self.progress.say)
        watchers.end()
        snapshots.end()
        parked, audit = list_parked(shop), shop.manage("audit", "--patience", "5")
        collect(shop, folder)
        return {
            "seed": options.seed,
            "minutes": options.minutes,
            "rate": options.rate,
            "faults": options.faults,
            "revision": _revision(),
            "command": f"bin/chaos --minutes {options.minutes:g} --seed {options.seed} --rate {options.rate:g}"
            + (f" --deadline {options.deadline:g}" if options.deadline != _DEADLINE_SECONDS else "")
            + (f" --faults {','.join(options.faults)}" if options.faults != sorted(FAULTS) else ""),
            "settings": self.settings,
            "started_at": started_at,
            "ended_at": time.time(),
            "opening_stock": opening_stock,
            "quiet_seconds": options.settle,
            "arrived": traffic.arrived,
            "strikes": nemesis.strikes,
            "not_returned": nemesis.not_returned,
            "left": left,
            "parked": parked,
            "audit": {"holds": audit.returncode == 0, "said": (audit.stdout + audit.stderr).splitlines()[-40:]},
        }

    def _start(self) -> tuple[LaboratoryShop, Proxy]:
        """Start shop and proxy; both end with the stack."""
        first = self.options.port or find_free_block(size=4)
        proxy = Proxy(port=first + 3, target_port=first + 2)
        self.stack.callback(proxy.close)
        clock_file = self.work / "clock"
        environment = {**self.settings, "STRIPE_API_BASE": proxy.url, **clock.environment(clock_file)}
        self.progress.say("starts the shop")
        running = LaboratoryShop.running_on(
            self.work / "state", port=first, environment=environment, clock_file=clock_file
        )
        return self.stack.enter_context(running), proxy

    def _see_off(self, traffic: Traffic, people: People) -> None:
        """Let the last buyers finish, then make the rest give up."""
        deadline = time.monotonic() + _LEAVING_SECONDS
        while (busy := traffic.busy()) and time.monotonic() < deadline:
            self.progress.say(f"{busy} buyers are still at it")
            time.sleep(1)
        people.ended.set()
        while traffic.busy() and time.monotonic() < deadline + 60:
            time.sleep(1)


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/chaos", description=__doc__)
    parser.add_argument("--minutes", type=_positive, default=5.0, metavar="N", help="how long buyers come (5)")
    parser.add_argument("--seed", type=int, default=None, metavar="S", help="of buyers and faults (a new one)")
    parser.add_argument("--rate", type=_positive, default=3.0, metavar="R", help="buyers a second (3)")
    parser.add_argument(
        "--faults", type=_fault_names, default=None, metavar="NAMES", help="these only, by commas; 'none'"
    )
    parser.add_argument("--report", type=Path, default=None, metavar="DIR", help="a new folder (var/chaos/...)")
    parser.add_argument("--port", type=int, default=None, metavar="N", help="the first of four ports (free ones)")
    parser.add_argument(
        "--settle", type=_positive, default=420.0, metavar="S", help="seconds in which all must be quiet (420)"
    )
    parser.add_argument(
        "--deadline",
        type=_positive,
        default=_DEADLINE_SECONDS,
        metavar="S",
        help="seconds that an order waits for its money (60)",
    )
    parser.add_argument("--keep-logs", action="store_true", help="keep the logs of the shop's processes in any case")
    parser.add_argument("--list", action="store_true", help="name the faults, and do nothing")
    options = parser.parse_args()
    if options.list:
        for name in sorted(FAULTS):
            print(f"{name:26} {FAULTS[name].what}")
        parser.exit()
    if options.seed is None:
        options.seed = random.SystemRandom().randrange(1_000_000)
    options.faults = sorted(FAULTS) if options.faults is None else options.faults
    stamp = time.strftime("%Y%m%d-%H%M%S")
    options.report = options.report or ROOT / "var" / "chaos" / f"{stamp}-{options.seed}"
    return options


def _positive(raw: str) -> float:
    try:
        number = float(raw)
    except ValueError:
        number = 0.0
    if not 0 < number < 100_000:
        raise argparse.ArgumentTypeError(f"{raw!r} is not a number above 0")
    return number


def _fault_names(raw: str) -> list[str]:
    names = [] if raw == "none" else [name.strip() for name in raw.split(",") if name.strip()]
    for name in names:
        if name not in FAULTS:
            raise argparse.ArgumentTypeError(f"{name!r} is no fault; bin/chaos --list names them")
    return names


def _revision() -> str:
    found = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return found.stdout.strip() or "unknown"


def _check(folder: Path) -> int | None:
    """Run the checker as a program of its own; return its exit status, None where there is no checker."""
    if not (Path(__file__).parent / "checker").is_dir():
        return None
    command = [sys.executable, "-m", "laboratory.checker", str(folder), "--json", str(folder / "checked.json")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "bin")}
    return subprocess.run(command, env=environment, check=False).returncode


def _conclude(outcome: dict[str, Any], checked: int | None, page: Path) -> int:
    """Say how it ended; return the exit status, which is 0 only where the checker found nothing and all came back."""
    wrong = [f"did not return: {what}" for what in outcome["not_returned"]]
    wrong += [f"not quiet after {outcome['quiet_seconds']:.0f} s: {n} {what}" for what, n in outcome["left"].items()]
    wrong += [f"given up for staff: {what}" for what in outcome["parked"]]
    if not outcome["audit"]["holds"]:
        wrong += ["the shop's own audit found:", *(f"  {line}" for line in outcome["audit"]["said"])]
    if checked is None:
        wrong.append("there is no checker")
    elif checked:
        found = (read_json(page.parent / "checked.json") or {}).get("figures", {})
        wrong.append(f"the checker says no (exit status {checked}): {found}")
    for line in wrong:
        print(f"bin/chaos: {line}", file=sys.stderr)
    print(f"{'Not sound' if wrong else 'Sound'}: {outcome['command']}\nReport: {page}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
