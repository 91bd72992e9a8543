"""Honesty on a noisy machine: steal and load of the others, medians and spread."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

STEAL_LIMIT = 0.05


@dataclass(frozen=True)
class CpuTimes:
    """Totals of /proc/stat in clock ticks."""

    total: int
    steal: int

    @classmethod
    def now(cls) -> CpuTimes:
        fields = [int(value) for value in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
        return cls(total=sum(fields), steal=fields[7])


class Watch:
    """Measures one run: wall seconds, steal, CPU seconds of the given processes."""

    def __init__(self, pids: Sequence[int] = ()) -> None:
        self.pids = pids

    def __enter__(self) -> Watch:
        self.before, self.cpu_before, self.started = CpuTimes.now(), cpu_seconds(self.pids), time.monotonic()
        return self

    def __exit__(self, *exception: object) -> None:
        after = CpuTimes.now()
        self.seconds = time.monotonic() - self.started
        self.cpu = cpu_seconds(self.pids) - self.cpu_before
        self.steal = (after.steal - self.before.steal) / max(after.total - self.before.total, 1)

    @property
    def noisy(self) -> bool:
        return self.steal > STEAL_LIMIT


def cpu_seconds(pids: Sequence[int]) -> float:
    """Return user and system seconds that living processes have used so far."""
    total = 0.0
    for pid in pids:
        try:
            times = psutil.Process(pid).cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total


def resident_mb(pid: int) -> float:
    return psutil.Process(pid).memory_info().rss / 1e6


def summarise(values: Sequence[float]) -> dict[str, Any]:
    """Return median, least and most of the runs that counted."""
    if not values:
        return {"median": None, "min": None, "max": None, "runs": 0}
    return {"median": statistics.median(values), "min": min(values), "max": max(values), "runs": len(values)}
