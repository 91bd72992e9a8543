"""Plant each bug of `tests/chaos/mutants/` in a copy of the tree, let its hunt loose, and say after how many runs it was caught.

A mutant is a TOML file: `bug` (what it is), `hunt` (tests by their node ids without parameters) and `edits` (`file`, `old`, `new`).
A hunt over seeds counts as many runs as it took seeds, any other one. A mutant is caught where a test fails; where a test cannot even
begin it is not, and where it does not come to an end neither: that may be the machine's fault.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

from ecommerce.local.throwaway import EMBEDDED_VARIABLE, start_servers
from laboratory.report.contents import MUTANTS

ROOT: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = ROOT / "tests" / "chaos" / "mutants"
_SEED: Final = re.compile(r"\[(\d+)\]$")
_HUNT_SECONDS: Final = 1800
_TEST_SECONDS: Final = 600
_TOO_LONG: Final = "from pytest-timeout"
_BY_DATABASE: Final = ("IntegrityError", "CheckViolation", "UniqueViolation", "serialization_failure")
_SERVERS: Final = ("DATABASE_URL", "CACHE_URL", "BROKER_URL", "EMAIL_URL", "STATE_DIR", EMBEDDED_VARIABLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A place of the tree and what stands there instead."""

    file: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A planted bug and what hunts it."""

    name: str
    bug: str
    edits: tuple[Edit, ...]
    hunt: tuple[str, ...]

    @property
    def changes_the_database(self) -> bool:
        """Return whether the bug is in a migration, so that its hunt needs a database made anew."""
        return any("/migrations/" in edit.file for edit in self.edits)


def load_mutants(folder: Path = FOLDER) -> list[Mutant]:
    """Return all mutants by name; KeyError where a file lacks something."""
    return [_load(path) for path in sorted(folder.glob("*.toml"))]


def _load(path: Path) -> Mutant:
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    edits = tuple(Edit(**edit) for edit in content["edits"])
    return Mutant(name=path.stem, bug=content["bug"], edits=edits, hunt=tuple(content["hunt"]))


def copy_tree(target: Path) -> None:
    """Copy what git knows of, and what is new, but nothing that is ignored."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target / name)


def plant(mutant: Mutant, tree: Path) -> dict[Path, str]:
    """Apply a mutant's edits to a copy of the tree; return what was there before, to be put back. ValueError where it does not fit."""
    before: dict[Path, str] = {}
    for edit in mutant.edits:
        path = tree / edit.file
        text = path.read_text(encoding="utf-8")
        before.setdefault(path, text)
        if text.count(edit.old) != 1:
            raise ValueError(f"{mutant.name}: its old text stands {text.count(edit.old)} times in {edit.file}")
        path.write_text(text.replace(edit.old, edit.new), encoding="utf-8")
    return before


def hunt(mutant: Mutant, tree: Path, *, seeds: int, environment: Mapping[str, str]) -> dict[str, Any]:
    """Run the mutant's hunt in the copy; return whether and how it was caught."""
    report, started = tree.parent / "report.xml", time.monotonic()
    report.unlink(missing_ok=True)
    options = ["-q", "--ds", "tests.settings", "-p", "no:cacheprovider", f"--timeout={_TEST_SECONDS}"]
    command = [sys.executable, "-m", "pytest", *options, f"--junitxml={report}", *mutant.hunt]
    given = {**environment, "RACE_SEEDS": str(seeds), "RACE_FIRST_SEED": "1", "PYTHONPATH": ""}
    if mutant.changes_the_database:
        given = {name: value for name, value in given.items() if name not in _SERVERS}
    try:
        result = subprocess.run(
            command, cwd=tree, env=given, capture_output=True, text=True, check=False, timeout=_HUNT_SECONDS
        )
        said = result.stdout[-2000:] + result.stderr[-1000:]
    except subprocess.TimeoutExpired:
        said = f"no end after {_HUNT_SECONDS} s"
    found = read_report(report) if report.exists() else {"failed": {}, "passed": 0, "errors": 0}
    caught = bool(found["failed"])
    return {
        "name": mutant.name,
        "bug": mutant.bug,
        "caught": caught,
        "by": sorted({name.partition("[")[0] for name in found["failed"]}),
        "runs": runs_to_catch(set(found["failed"]), seeds=seeds),
        "stopped_by_database": caught and all(word for word in found["failed"].values()),
        "seconds": round(time.monotonic() - started, 1),
        "said": "" if caught else said,
    }


def read_report(path: Path) -> dict[str, Any]:
    """Return of a JUnit report the failed tests, each with whether the database itself refused, and how many passed or could not begin."""
    failed: dict[str, bool] = {}
    passed = errors = 0
    for case in ElementTree.parse(path).iter("testcase"):
        failure = case.find("failure")
        text = "" if failure is None else (failure.get("message") or "") + (failure.text or "")
        if failure is not None and _TOO_LONG not in text:
            failed[f"{case.get('classname')}::{case.get('name')}"] = any(word in text for word in _BY_DATABASE)
        elif failure is not None or case.find("error") is not None:
            errors += 1
        elif case.find("skipped") is None:
            passed += 1
    return {"failed": failed, "passed": passed, "errors": errors}


def runs_to_catch(failed: set[str], *, seeds: int) -> int | None:
    """Return how many runs it took, the median over the first half of the seeds as beginnings; one where no seed is involved.

    A run is one seed with every test of the hunt. None where nothing failed.
    """
    if not failed:
        return None
    caught = {int(found[1]) for name in failed if (found := _SEED.search(name))}
    if any(not _SEED.search(name) for name in failed):
        return 1
    needed = [
        min((seed - first + 1 for seed in caught if seed >= first), default=seeds) for first in range(1, seeds // 2 + 1)
    ]
    return round(statistics.median(needed))


def main(arguments: Sequence[str]) -> int:
    """Hunt the chosen mutants; return 1 where one got away."""
    options = _parse(arguments)
    chosen = _choose(options)
    outcomes = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="shop-mutants-")))
        copy_tree(tree := folder / "tree")
        start_servers(stack)
        for number, mutant in enumerate(chosen, 1):
            print(f"{number}/{len(chosen)} {mutant.name}: {mutant.bug}", flush=True)
            before = plant(mutant, tree)
            try:
                outcomes.append(hunt(mutant, tree, seeds=options.seeds, environment=os.environ))
            finally:
                for path, text in before.items():
                    path.write_text(text, encoding="utf-8")
            print(f"    {_describe(outcomes[-1])}", flush=True)
            options.out.parent.mkdir(exist_ok=True)
            options.out.write_text(json.dumps({"seeds": options.seeds, "mutants": outcomes}, indent=1) + "\n")
    return _report(outcomes)


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bin/mutants", description="Plant bugs in a copy of the shop and see them caught."
    )
    parser.add_argument(
        "names", nargs="*", metavar="name", help="mutants of tests/chaos/mutants; all where none is named"
    )
    parser.add_argument("--sample", type=int, metavar="N", help="hunt only so many, chosen by --seed")
    parser.add_argument("--seed", type=int, default=0, help="which sample (default 0)")
    parser.add_argument("--seeds", type=int, default=6, help="seeds of each race (default 6)")
    parser.add_argument(
        "--out",
        type=Path,
        default=MUTANTS,
        help="where the figures go (default var/mutants.json, where bin/chaos reads them)",
    )
    return parser.parse_args(arguments)


def _choose(options: argparse.Namespace) -> list[Mutant]:
    known = {mutant.name: mutant for mutant in load_mutants()}
    if unknown := [name for name in options.names if name not in known]:
        raise SystemExit(f"bin/mutants: no mutant is called {', '.join(unknown)}; there are {', '.join(known)}.")
    chosen = [known[name] for name in options.names or known]
    if options.sample is not None and options.sample < len(chosen):
        chosen = random.Random(options.seed).sample(chosen, options.sample)
    return chosen


def _describe(outcome: Mapping[str, Any]) -> str:
    if not outcome["caught"]:
        return f"NOT CAUGHT in {outcome['seconds']} s\n{outcome['said']}"
    how = ", stopped by the database" if outcome["stopped_by_database"] else ""
    return f"caught after {outcome['runs']} run(s){how}, {outcome['seconds']} s, by {', '.join(outcome['by'])}"


def _report(outcomes: Sequence[Mapping[str, Any]]) -> int:
    caught = [outcome for outcome in outcomes if outcome["caught"]]
    print(f"\n{'mutant':36}{'runs':>5}  caught by")
    for outcome in outcomes:
        hunts = ", ".join(name.rpartition(".")[2] for name in outcome["by"]) or "NOT CAUGHT"
        print(
            f"{outcome['name']:36}{outcome['runs'] or '-':>5}  {hunts}{' (database)' if outcome['stopped_by_database'] else ''}"
        )
    print(f"\n{len(caught)} of {len(outcomes)} caught")
    if caught:
        print(f"median runs to catch: {statistics.median(outcome['runs'] for outcome in caught):g}")
    return 0 if len(caught) == len(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
