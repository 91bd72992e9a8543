"""`check-run FOLDER [--json FILE]`: exit status 0 where every invariant holds, 1 where one does not, 2 where the folder is not whole."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from laboratory.checker.checks import CHECKS
from laboratory.checker.errors import NotWhole
from laboratory.checker.registry import Outcome, Violation, run_check
from laboratory.checker.run import Run

SOUND, VIOLATED, NOT_WHOLE = 0, 1, 2
_MOST_PRINTED: Final = 5
_MOST_KEPT: Final = 100
_FIGURES: Final = ("lost", "duplicated", "units_oversold", "cents_unaccounted", "sagas_open")


def main(arguments: Sequence[str]) -> int:
    """Check one folder, print what was looked at and what is wrong, and return the exit status."""
    parser = argparse.ArgumentParser(prog="check-run", description="Check what a run of the laboratory left behind.")
    parser.add_argument("folder", type=Path, help="the folder of one run")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the result to this file")
    options = parser.parse_args(arguments)
    try:
        run = Run(options.folder)
    except NotWhole as error:
        print(f"check-run: not whole, nothing can be said: {error}", file=sys.stderr)
        return NOT_WHOLE
    outcomes = [run_check(check, run) for check in CHECKS]
    if options.json:
        options.json.write_text(json.dumps(summarise(run, outcomes), indent=1, default=str) + "\n", encoding="utf-8")
    report(run, outcomes)
    return VIOLATED if any(outcome.violations for outcome in outcomes) else SOUND


def summarise(run: Run, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return the result as JSON-ready values; at most a hundred violations of each check."""
    return {
        "sound": not any(outcome.violations for outcome in outcomes),
        "figures": figures(run, outcomes),
        "looked_at": run.looked_at(),
        "checks": [
            {
                "invariant": outcome.check.invariant,
                "name": outcome.check.name,
                "holds": outcome.check.holds,
                "subjects": outcome.subjects,
                "violated": len(outcome.violations),
                "violations": [
                    {"subject": found.subject, "detail": found.detail, "witness": found.witness}
                    for found in outcome.violations[:_MOST_KEPT]
                ],
            }
            for outcome in outcomes
        ],
    }


def figures(run: Run, outcomes: Sequence[Outcome]) -> dict[str, int]:
    """Return the sums of the report: orders offered and acknowledged (by key), those of no known outcome, and what went wrong."""
    phases: dict[tuple[str, str | None], set[str]] = {}
    for call in run.calls:
        if call.operation == "place":
            phases.setdefault((call.buyer, call.key), set()).add(call.phase)
    sums = Counter(dict.fromkeys(_FIGURES, 0))
    for outcome in outcomes:
        for found in outcome.violations:
            if found.figure:
                sums[found.figure] += found.amount
    return {
        "offered": len(phases),
        "acknowledged": sum("ok" in seen for seen in phases.values()),
        "unknown": sum("ok" not in seen and "unknown" in seen for seen in phases.values()),
        **sums,
    }


def report(run: Run, outcomes: Sequence[Outcome]) -> None:
    """Print what was looked at, and of each check that does not hold the first violations with their witnesses."""
    print("looked at " + ", ".join(f"{count} {name}" for name, count in run.looked_at().items()))
    print("figures: " + ", ".join(f"{count} {name}" for name, count in figures(run, outcomes).items()))
    for outcome in outcomes:
        state = (
            f"{len(outcome.violations)} VIOLATIONS"
            if outcome.violations
            else "holds"
            if outcome.subjects
            else "NOTHING TO LOOK AT"
        )
        print(f"{outcome.check.invariant:4}{outcome.check.name:42}{outcome.subjects:8} subjects  {state}")
    for outcome in outcomes:
        if outcome.violations:
            print(f"\n{outcome.check.invariant}: {outcome.check.holds}")
            for found in outcome.violations[:_MOST_PRINTED]:
                _print(found)
            if (more := len(outcome.violations) - _MOST_PRINTED) > 0:
                print(f"  ... and {more} more")


def _print(found: Violation) -> None:
    print(f"  {found.subject}: {found.detail}")
    for line in found.witness:
        print(f"      {line}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
