"""`bin/test`: style, types, walls and tests, all of them even where one fails; then one summary.

    bin/test [--fast | --proof] [--no-unlisted-skips] [-- pytest arguments]

`--fast` leaves out what drives a browser, kills processes or is marked slow; `--proof` runs nothing but the crash points and races
(docs/proof.md), which are part of neither. Tests run in parallel; those that kill processes or drive a browser follow, also in
parallel, all that share one running shop on one worker.
"""

from __future__ import annotations

import argparse
import fnmatch
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ecommerce.local.console import Console
from ecommerce.local.errors import StartError
from ecommerce.local.files import read_json
from ecommerce.local.plan import ROOT
from ecommerce.local.pytest_plugin import REPORT_VARIABLE
from ecommerce.local.throwaway import start_servers

# Not reordered: pytest-xdist would begin with the groups of the most tests, and leave a long one of few tests for the end, alone.
_WORKERS: Final = ("-n", "2", "--dist", "loadgroup", "--no-loadscope-reorder")
_SLOWEST: Final = 10
_NO_TESTS_COLLECTED: Final = 5
_STATIC: Final = {
    "mypy": ("mypy",),
    "ruff check": ("ruff", "check", "."),
    "ruff format": ("ruff", "format", "--check", "."),
}


@dataclass(slots=True)
class Outcome:
    """What the run of everything showed."""

    failed: list[str] = field(default_factory=list)
    skips: list[tuple[str, str]] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, report: dict[str, Any]) -> None:
        """Add what one run of pytest reported."""
        self.skips += [(_without_group(name), reason) for name, reason in report["skips"]]
        for name, _when, seconds in report["durations"]:
            self.seconds[_without_group(name)] += seconds
        for kind, count in report["outcomes"].items():
            self.counts[kind] += count


def _without_group(name: str) -> str:
    # pytest-xdist puts "@group" behind the ids of tests; parameters may hold an @ of their own.
    return name[: name.rfind("@")] if name.rfind("@") > name.rfind("]") else name


def main(arguments: list[str]) -> int:
    """Run everything; return 0 only if all of it held."""
    options, pytest_arguments = _parse(arguments)
    console, outcome = Console(), Outcome()
    os.chdir(ROOT)
    try:
        with ThreadPoolExecutor() as beside:
            # One of its programs takes half a minute of one core, and the servers of the tests start meanwhile.
            static = None if options.proof else beside.submit(_run_static, console, outcome)
            _run_tests(console, outcome, phases=_phases(options), arguments=pytest_arguments)
    except StartError as error:
        console.say(f"bin/test: {error}")
        return 1
    if static:
        static.result()
    unlisted = _find_unlisted(outcome)
    _summarise(console, outcome, unlisted=unlisted)
    if options.no_unlisted_skips and unlisted:
        outcome.failed.append("unlisted skips")
    console.step(f"failed: {', '.join(outcome.failed)}" if outcome.failed else "everything holds")
    return 1 if outcome.failed else 0


def _parse(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(prog="bin/test", description="Check everything that must hold.")
    extent = parser.add_mutually_exclusive_group()
    extent.add_argument("--fast", action="store_true", help="no browser, no killed processes, no slow tests")
    extent.add_argument("--proof", action="store_true", help="every crash point and the races, and nothing else")
    parser.add_argument(
        "--no-unlisted-skips", action="store_true", help="fail on a skip that tests/allowed_skips.txt does not list"
    )
    split = arguments.index("--") if "--" in arguments else len(arguments)
    return parser.parse_args(arguments[:split]), arguments[split + 1 :]


def _run_static(console: Console, outcome: Outcome) -> None:
    console.step("style, types and walls, beside the first tests")
    programs = {name: (sys.executable, "-m", *words) for name, words in _STATIC.items()}
    programs["lint-imports"] = (sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()")
    running = {
        name: subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for name, command in programs.items()
    }
    outputs = {name: process.communicate()[0] for name, process in running.items()}
    console.say("")  # ends the line of dots
    for name, process in running.items():
        console.step(f"{name}: {'holds' if process.returncode == 0 else 'FAILED'}")
        if process.returncode:
            console.say(outputs[name].rstrip())
            outcome.failed.append(name)


def _phases(options: argparse.Namespace) -> dict[str, tuple[str, ...]]:
    """Return the runs of pytest, by what they are called, each with what selects its tests."""
    if options.proof:
        return {"crash points and races": (*_WORKERS, "-m", "proof")}
    shared = "not processes and not browser and not proof" + (" and not slow" if options.fast else "")
    running = "(processes or browser) and not proof"
    whole = {} if options.fast else {"tests with processes and browsers": (*_WORKERS, "-m", running)}
    return {"tests": (*_WORKERS, "-m", shared), **whole}


def _run_tests(console: Console, outcome: Outcome, *, phases: dict[str, tuple[str, ...]], arguments: list[str]) -> None:
    with ExitStack() as stack:
        if not os.environ.get("DATABASE_URL"):
            console.step("starting the servers of the tests")
            start_servers(stack)
        reports = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="shop-reports-")))
        for number, (name, selection) in enumerate(phases.items()):
            console.step(name)
            report = reports / f"{number}.json"
            started = time.monotonic()
            status = subprocess.run(
                [sys.executable, "-m", "pytest", "--ds", "tests.settings", *selection, *arguments],
                env={**os.environ, REPORT_VARIABLE: str(report)},
                check=False,
            ).returncode
            console.step(f"{name}: {time.monotonic() - started:.0f} s, status {status}")
            if status not in (0, _NO_TESTS_COLLECTED):
                outcome.failed.append(name)
            if content := read_json(report):
                outcome.add(content)
        if not outcome.counts["passed"]:
            outcome.failed.append("no test ran")


def _find_unlisted(outcome: Outcome) -> list[str]:
    allowed = ROOT / "tests" / "allowed_skips.txt"
    lines = allowed.read_text(encoding="utf-8").splitlines() if allowed.exists() else []
    patterns = [line.split("#", 1)[0].strip() for line in lines if line.split("#", 1)[0].strip()]
    return [name for name, _ in outcome.skips if not any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)]


def _summarise(console: Console, outcome: Outcome, *, unlisted: list[str]) -> None:
    console.say(f"\nThe {_SLOWEST} slowest tests:")
    slowest = sorted(outcome.seconds.items(), key=lambda item: item[1], reverse=True)[:_SLOWEST]
    for name, seconds in slowest:
        console.say(f"  {seconds:7.2f} s  {name}")
    console.say(f"\nSkipped: {len(outcome.skips) or 'nothing'}")
    for name, reason in outcome.skips:
        console.say(f"  {name}: {reason}{'  (not listed)' if name in unlisted else ''}")
    counts = outcome.counts
    console.say(
        f"\n{counts['passed']} passed, {counts['failed'] + counts['error']} failed, {len(outcome.skips)} skipped"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
