"""Writes over HTTP: carts filled beforehand, then only the step in question is timed."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from benchmarks.machine import Watch, summarise
from tests.shop.client import Client

Step = Callable[[Client, Sequence[str]], None]


def add(client: Client, variants: Sequence[str]) -> None:
    client.add(random.choice(variants), 1)


def place(client: Client, variants: Sequence[str]) -> None:
    answer = client.place()
    if answer.status != 201:
        raise SystemExit(f"bin/bench: POST /orders answered {answer.status}: {answer.raw[:300]!r}")


def ready_cart(base: str, variants: Sequence[str], number: int) -> str:
    """Return the token of a cart that only needs to be placed, two lines in it."""
    client = Client(base)
    for variant in random.sample(list(variants), 2):
        client.add(variant, 1)
    client.fill_in(f"bench{number}@example.com")
    client.close()
    return client.cart_token


def ready_carts(base: str, variants: Sequence[str], count: int) -> list[str]:
    """Return the tokens of `count` carts that only need to be placed."""
    with ProcessPoolExecutor(4) as pool:
        return list(pool.map(ready_cart, [base] * count, [list(variants)] * count, range(count), chunksize=10))


def measure(
    step: Step, *, base: str, variants: Sequence[str], tokens: Sequence[str], concurrency: int, pids: Sequence[int]
) -> dict[str, Any]:
    """Do `step` once for each cart with `concurrency` callers; return rate, latencies and CPU."""
    with ProcessPoolExecutor(min(concurrency, 4)) as pool:
        list(pool.map(time.sleep, [0.01] * concurrency))  # the processes exist before the clock starts
        per_process = [list(tokens[i :: min(concurrency, 4)]) for i in range(min(concurrency, 4))]
        with Watch(pids) as watch:
            threads = max(concurrency // len(per_process), 1)
            futures = [pool.submit(_work, step, base, variants, part, threads) for part in per_process]
            latencies = [latency for future in futures for latency in future.result()]
    latencies.sort()
    return {
        "rps": len(latencies) / watch.seconds,
        "p50_ms": statistics.median(latencies) * 1000,
        "p99_ms": latencies[int(len(latencies) * 0.99)] * 1000,
        "cpu_ms": watch.cpu / len(latencies) * 1000,
        "noisy": watch.noisy,
    }


def _work(step: Step, base: str, variants: Sequence[str], tokens: Sequence[str], threads: int) -> list[float]:
    from concurrent.futures import ThreadPoolExecutor

    def run(part: Sequence[str]) -> list[float]:
        client, found = Client(base), []
        for token in part:
            client.cart_token = token
            started = time.perf_counter()
            step(client, variants)
            found.append(time.perf_counter() - started)
        return found

    with ThreadPoolExecutor(threads) as pool:
        return [latency for part in pool.map(run, [tokens[i::threads] for i in range(threads)]) for latency in part]


def summarise_runs(runs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return medians over the runs that were not noisy."""
    quiet = [run for run in runs if not run["noisy"]]
    measured = [key for key in ("rps", "p50_ms", "p99_ms", "cpu_ms") if key in runs[0]]
    found: dict[str, Any] = {key: summarise([run[key] for run in quiet]) for key in measured}
    return found | {"dropped": len(runs) - len(quiet)}
