"""From the logs of a run: who ordered when, how long they waited, and how fast the shop was itself again after a fault."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from laboratory.folder import read_json, read_lines

# Long enough that some fifteen answers fall into one.
_WINDOW_SECONDS, _WINDOW_ANSWERS = 5.0, 15
_BACK = 0.95


@dataclass(frozen=True, kw_only=True)
class Wish:
    """One order that somebody asked for: from the first attempt to the first definite answer under its key.

    `came_at` is when its buyer was to come, before the cart was filled.
    """

    key: str
    came_at: float
    asked_at: float
    answered_at: float | None
    acknowledged: bool
    attempts: int

    @property
    def took(self) -> float | None:
        """Return the seconds from the buyer's coming until the answer: the whole checkout."""
        return None if self.answered_at is None else self.answered_at - self.came_at

    @property
    def waited(self) -> float | None:
        """Return the seconds until the answer, all repeats included."""
        return None if self.answered_at is None else self.answered_at - self.asked_at


@dataclass(frozen=True, kw_only=True)
class Strike:
    """One fault: when it began, when its cause was gone, and when the shop answered as usual again."""

    fault: str
    began: float
    lifted: float
    died: int
    returned: int
    back_after: float | None
    note: str


def read_wishes(folder: Path) -> list[Wish]:
    """Return every order that was asked for, in the order of asking."""
    asked: dict[str, float] = {}
    answers: dict[str, tuple[float, bool]] = {}
    attempts: dict[str, int] = defaultdict(int)
    came = {line["buyer"]: line["at"] for line in read_lines(folder / "arrivals.jsonl")}
    buyers: dict[str, str] = {}
    for line in read_lines(folder / "buyers.jsonl"):
        if line["operation"] != "place":
            continue
        key = line["key"]
        if line["phase"] == "invoke":
            asked.setdefault(key, line["at"])
            buyers[key] = line["buyer"]
            attempts[key] += 1
        elif line["phase"] != "unknown" and _is_definite(line):
            answers.setdefault(key, (line["at"], line["phase"] == "ok"))
    return [
        Wish(
            key=key,
            came_at=came.get(buyers[key], at),
            asked_at=at,
            answered_at=answers[key][0] if key in answers else None,
            acknowledged=answers.get(key, (0.0, False))[1],
            attempts=attempts[key],
        )
        for key, at in sorted(asked.items(), key=lambda item: item[1])
    ]


def _is_definite(line: Mapping[str, Any]) -> bool:
    """A request to come back later is no answer yet."""
    code = (line["body"] or {}).get("code", "")
    return line["status"] != 429 and code not in ("idempotency_key_in_use", "stock_busy", "cart_busy")


def of_seconds(folder: Path) -> Iterator[dict[str, Any]]:
    """Return for each second of the run who came, what was answered, and how many seconds each answer was waited for."""
    arrivals = [line["at"] for line in read_lines(folder / "arrivals.jsonl")]
    wishes = read_wishes(folder)
    if not arrivals:
        return
    came, answered = defaultdict(int), defaultdict(list)
    for at in arrivals:
        came[int(at)] += 1
    for wish in wishes:
        if wish.answered_at is not None:
            answered[int(wish.answered_at)].append(wish)
    for second in range(int(arrivals[0]), int(max([*arrivals, *(w.answered_at or 0 for w in wishes)])) + 1):
        yield {
            "at": second,
            "arrived": came[second],
            "acknowledged": sum(wish.acknowledged for wish in answered[second]),
            "refused": sum(not wish.acknowledged for wish in answered[second]),
            "latencies": [round(wish.waited or 0.0, 4) for wish in answered[second]],
        }


def read_strikes(folder: Path) -> list[Strike]:
    """Return every fault of a run, with the seconds from its end until 95 % of the usual rate of answers."""
    lines = list(read_lines(folder / "faults.jsonl"))
    answered = sorted(wish.answered_at for wish in read_wishes(folder) if wish.answered_at is not None)
    ended_at = max((line["at"] for line in read_lines(folder / "arrivals.jsonl")), default=0.0)
    usual = usual_rate(folder, answered)
    begun = [number for number, line in enumerate(lines) if line["phase"] == "begin" and not line["target"]]
    strikes = []
    for number, first in enumerate(begun):
        own = lines[first : begun[number + 1] if number + 1 < len(begun) else None]
        next_began = lines[begun[number + 1]]["at"] if number + 1 < len(begun) else ended_at
        lifted = next((line["at"] for line in own if line["phase"] == "end"), own[-1]["at"])
        strikes.append(
            Strike(
                fault=own[0]["fault"],
                began=own[0]["at"],
                lifted=lifted,
                died=sum(line["phase"] == "died" for line in own),
                returned=sum(line["phase"] == "returned" for line in own),
                back_after=_back_after(answered, lifted=lifted, until=next_began, usual=usual),
                note="; ".join(line["note"] for line in own if line["note"])[:300],
            )
        )
    return strikes


def usual_rate(folder: Path, answered: Sequence[float]) -> float:
    """Return the answers a second that this run asks of the shop: all answers over all of its time."""
    arrivals = [line["at"] for line in read_lines(folder / "arrivals.jsonl")]
    if len(arrivals) < 2:
        return 0.0
    return sum(at <= arrivals[-1] for at in answered) / (arrivals[-1] - arrivals[0])


def window_of(usual: float) -> float:
    """Return the seconds over which a rate is measured where it is usually this high."""
    return max(_WINDOW_SECONDS, _WINDOW_ANSWERS / usual) if usual else _WINDOW_SECONDS


def _back_after(answered: Sequence[float], *, lifted: float, until: float, usual: float) -> float | None:
    """Return after how many seconds came the answer from which on, over a window, answers came at 95 % of the usual rate.

    None where the next fault, or the end, came first. Beginning with an answer, a window cannot make up for silence by the crowd after it.
    """
    window = window_of(usual)
    wanted = math.floor(_BACK * usual * window)
    for at in answered:
        if lifted <= at < until and sum(at <= moment < at + window for moment in answered) >= wanted:
            return round(at - lifted, 2)
    return None


def percentile(values: Sequence[float], share: float) -> float | None:
    """Return the value that this share of `values` does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)] if ordered else None


def read_run(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = read_json(folder / "run.json") or {}
    return found
