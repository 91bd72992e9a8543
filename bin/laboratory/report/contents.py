"""What the report says, from the files of one run."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from laboratory.faults import FAULTS
from laboratory.folder import read_json, read_lines
from laboratory.rates import Strike, Wish, percentile, read_strikes, read_wishes, usual_rate, window_of
from laboratory.report.plots import plot_rate, plot_waits

_SHARES = ((0.5, "p50"), (0.95, "p95"), (0.99, "p99"), (0.999, "p99.9"), (1.0, "longest"))
# The mutants' table is made on its own, by bin/mutants.
MUTANTS = Path(__file__).resolve().parents[3] / "var" / "mutants.json"


def contents_of(folder: Path, *, mutants: Path) -> dict[str, Any]:
    """Return everything that the page shows."""
    run = read_json(folder / "run.json") or {}
    checked = read_json(folder / "checked.json")
    wishes, strikes = read_wishes(folder), read_strikes(folder)
    seconds = list(read_lines(folder / "rate.jsonl"))
    wrong = _what_is_wrong(run, checked)
    usual = usual_rate(folder, [wish.answered_at for wish in wishes if wish.answered_at is not None])
    return {
        "run": run,
        "ended": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(run.get("ended_at", 0))),
        "minutes": f"{run.get('minutes', 0):g}",
        "wrong": wrong,
        "tiles": _tiles(run, checked, wishes, strikes),
        "bound": _bound(wishes) if checked and checked["sound"] else None,
        "checked": checked,
        "rate": plot_rate(seconds, strikes) if seconds else None,
        "waits": plot_waits(wishes, strikes, started=seconds[0]["at"], ended=seconds[-1]["at"]) if seconds else None,
        "latencies": _latencies(wishes, strikes),
        "usual": f"{usual:.1f}",
        "window": f"{window_of(usual):.0f}",
        "repeats": f"{sum(wish.attempts - 1 for wish in wishes):,}",
        "faults": _faults(strikes, run.get("not_returned", ())),
        "strikes": _strikes(strikes),
        "mutants": _mutants(read_json(mutants)),
        "looked_at": sorted((checked or {}).get("looked_at", {}).items()),
        "settings": sorted(run.get("settings", {}).items()),
    }


def _what_is_wrong(run: Mapping[str, Any], checked: Mapping[str, Any] | None) -> list[str]:
    wrong = [f"Did not return: {what}" for what in run.get("not_returned", ())]
    wrong += [f"Not done in {run['quiet_seconds']:g} s: {n} {what}" for what, n in run.get("left", {}).items()]
    wrong += [f"Given up for staff: {what}" for what in run.get("parked", ())]
    if not run.get("audit", {"holds": True})["holds"]:
        wrong.append("The shop's own audit found: " + " / ".join(run["audit"]["said"]))
    if checked is None:
        wrong.append("Nobody checked: the checker's answer (checked.json) is missing.")
    else:
        violated = [f"{check['invariant']} ({check['name']})" for check in checked["checks"] if check["violated"]]
        wrong += [f"The checker found violated: {', '.join(violated)}."] if violated else []
    return wrong


def _tiles(
    run: Mapping[str, Any], checked: Mapping[str, Any] | None, wishes: Sequence[Wish], strikes: Sequence[Strike]
) -> list[dict[str, Any]]:
    figures = (checked or {}).get("figures", {})
    acknowledged = sum(wish.acknowledged for wish in wishes)
    refused = sum(wish.answered_at is not None and not wish.acknowledged for wish in wishes)

    def must_be_nothing(name: str, label: str) -> dict[str, Any]:
        found = figures.get(name)
        return {"label": label, "value": "-" if found is None else f"{found:,}", "bad": bool(found), "zero": found == 0}

    return [
        {"label": "buyers came", "value": f"{run.get('arrived', 0):,}"},
        {"label": "orders asked for", "value": f"{len(wishes):,}"},
        {"label": "acknowledged", "value": f"{acknowledged:,}"},
        {"label": "refused, such as sold out", "value": f"{refused:,}"},
        {"label": "faults dealt", "value": f"{len(strikes):,}"},
        must_be_nothing("lost", "orders lost"),
        must_be_nothing("duplicated", "orders duplicated"),
        must_be_nothing("units_oversold", "units oversold"),
        must_be_nothing("cents_unaccounted", "cents unaccounted for"),
        must_be_nothing("sagas_open", "sagas not ended"),
    ]


def _bound(wishes: Sequence[Wish]) -> dict[str, Any]:
    """Zero failures in n orders leave room for a rate of 3/n, with 95 % confidence (the rule of three)."""
    count = sum(wish.acknowledged for wish in wishes)
    return {"orders": f"{count:,}", "one_in": f"{count // 3:,}"}


def _latencies(wishes: Sequence[Wish], strikes: Sequence[Strike]) -> list[dict[str, Any]]:
    def is_struck(wish: Wish) -> bool:
        until = wish.answered_at or wish.asked_at
        return any(
            strike.began <= until and wish.came_at <= strike.lifted + (strike.back_after or 0.0) for strike in strikes
        )

    struck = [wish for wish in wishes if is_struck(wish)]
    quiet = [wish for wish in wishes if not is_struck(wish)]
    rows = []
    for label, some in (("in quiet", quiet), ("under a fault", struck), ("all", wishes)):
        answered = [wish for wish in some if wish.answered_at is not None]
        for what, times in (
            ("the order alone", [wish.waited or 0.0 for wish in answered]),
            ("the whole checkout", [wish.took or 0.0 for wish in answered]),
        ):
            values = [_seconds(percentile(times, share)) for share, _ in _SHARES]
            rows.append({"label": f"{label}, {what}", "count": f"{len(answered):,}", "values": values})
    return rows


def _faults(strikes: Sequence[Strike], not_returned: Sequence[str]) -> list[dict[str, Any]]:
    """Return each kind of fault with how the shop came back from it."""
    rows = []
    for name in sorted({strike.fault for strike in strikes}):
        own = [strike for strike in strikes if strike.fault == name]
        back = [strike.back_after for strike in own if strike.back_after is not None]
        rows.append(
            {
                "name": name,
                "what": FAULTS[name].what if name in FAULTS else "",
                "count": len(own),
                "median": _seconds(median(back)) if back else "-",
                "longest": _seconds(max(back)) if back else "-",
                "overtaken": len(own) - len(back),
                "missing": sum(what.startswith(f"{name}:") for what in not_returned),
            }
        )
    return rows


def _strikes(strikes: Sequence[Strike]) -> list[dict[str, Any]]:
    started = strikes[0].began if strikes else 0.0
    return [
        {
            "number": number,
            "fault": strike.fault,
            "at": f"{(strike.began - started) / 60:.1f}",
            "lasted": _seconds(strike.lifted - strike.began),
            "back": "-" if strike.back_after is None else _seconds(strike.back_after),
            "note": strike.note,
        }
        for number, strike in enumerate(strikes, 1)
    ]


def _mutants(found: Any) -> dict[str, Any] | None:
    """Return the planted bugs and what caught them, where bin/mutants has written it down."""
    rows = (found or {}).get("mutants")
    if not rows:
        return None
    return {"rows": rows, "caught": sum(bool(row.get("caught")) for row in rows), "count": len(rows)}


def _seconds(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.1f} s"
