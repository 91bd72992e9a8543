"""The last page of a run: for each story how many crash points there are, and at how many of them somebody died."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

REPORT_VARIABLE: Final = "SIMULATION_REPORT"


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the coverage of crash points, and write it as JSON where SIMULATION_REPORT names a file."""
    told = sorted(_told(terminalreporter), key=lambda each: (each["story"], each["weather"]))
    if not told:
        return
    terminalreporter.section("crash points covered / total")
    for each in told:
        verdict = f"  {len(each['wrong'])} WRONG" if each["wrong"] else ""
        terminalreporter.line(f"{each['story']:36} {each['weather']:12} {each['covered']:5} / {each['total']}{verdict}")
    covered, total = (sum(each[name] for each in told) for name in ("covered", "total"))
    terminalreporter.line(f"{'all':36} {'':12} {covered:5} / {total}")
    if path := os.environ.get(REPORT_VARIABLE):
        content = {"covered": covered, "total": total, "stories": told}
        Path(path).write_text(json.dumps(content, indent=1), encoding="utf-8")


def _told(terminalreporter: Any) -> Iterator[dict[str, Any]]:
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", "") == "call":
                yield from (value for name, value in report.user_properties if name == "crash_points")
