"""Reads through wrk: requests per second and latency, in short interleaved runs."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.machine import Watch, summarise

# A parameter that the answer does not depend on keeps it from being kept; what is asked for stays the same.
UNCACHED = """
local n = 0
request = function()
  n = n + 1
  return wrk.format("GET", "{path}" .. n)
end
"""


@dataclass(frozen=True)
class Target:
    """What is asked for. `vary` appends a number that differs each time; `pids` are charged with the CPU."""

    name: str
    url: str
    pids: Sequence[int]
    vary: bool = False


def measure(targets: Sequence[Target], *, concurrency: int, rounds: int, seconds: float) -> dict[str, dict[str, Any]]:
    """Run every target in turn, `rounds` times; runs with much steal are dropped and counted."""
    samples: dict[str, list[dict[str, float]]] = {target.name: [] for target in targets}
    dropped = dict.fromkeys(samples, 0)
    for _ in range(rounds):
        for target in targets:
            sample, noisy = _run(target, concurrency=concurrency, seconds=seconds)
            if noisy:
                dropped[target.name] += 1
            else:
                samples[target.name].append(sample)
    return {
        name: {key: summarise([run[key] for run in runs]) for key in ("rps", "p50_ms", "p99_ms", "cpu_us")}
        | {"dropped": dropped[name]}
        for name, runs in samples.items()
    }


def _run(target: Target, *, concurrency: int, seconds: float) -> tuple[dict[str, float], bool]:
    with tempfile.TemporaryDirectory() as folder, Watch(target.pids) as watch:
        command = ["wrk", "-t1", f"-c{concurrency}", f"-d{seconds}s", "--latency", target.url]
        if target.vary:
            script, path = Path(folder) / "vary.lua", target.url.split("/", 3)[3]
            script.write_text(UNCACHED.format(path=f"/{path}"))
            command[1:1] = ["-s", str(script)]
        output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if wrong := re.search(r"Non-2xx or 3xx responses: (\d+)", output):
        raise SystemExit(f"bin/bench: {target.name} answered {wrong[1]} times with an error ({target.url})")
    rps = float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1])  # type: ignore[index]
    sample = {
        "rps": rps,
        "p50_ms": _latency(output, "50%"),
        "p99_ms": _latency(output, "99%"),
        "cpu_us": watch.cpu / max(rps * seconds, 1) * 1e6,
    }
    return sample, watch.noisy


def _latency(output: str, percentile: str) -> float:
    value, unit = re.search(rf"{percentile}\s+([\d.]+)(us|ms|s)", output).groups()  # type: ignore[union-attr]
    return float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit]
