"""Writes over HTTP: carts filled beforehand, then only the step in question is timed.

Requests are bytes before the clock starts and answers are only split into head and body, because callers share the processor with the shop.
"""

from __future__ import annotations

import json
import random
import socket
import statistics
import time
import uuid
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

from benchmarks.machine import Watch, summarise
from tests.shop.client import Client


def add_requests(base: str, variants: Sequence[str], count: int) -> list[bytes]:
    """Return requests that each put something in a cart of their own."""
    bodies = ({"variant_id": random.choice(variants), "quantity": 1} for _ in range(count))
    return [_request(base, "/api/v1/cart/items", body) for body in bodies]


def place_requests(base: str, variants: Sequence[str], count: int, *, hot: str = "") -> list[bytes]:
    """Return requests that each place the order of a cart which is ready for it; a variant that is `hot` is in all of them."""
    return [
        _request(base, "/api/v1/orders", {}, f"Cart-Token: {token}", f"Idempotency-Key: {uuid.uuid4()}")
        for token in ready_carts(base, variants, count, hot=hot)
    ]


def _request(base: str, path: str, body: dict[str, Any], *headers: str) -> bytes:
    content = json.dumps(body)
    head = [f"POST {path} HTTP/1.1", f"Host: {urlsplit(base).netloc}", "Content-Type: application/json"]
    return "\r\n".join([*head, *headers, f"Content-Length: {len(content)}", "", content]).encode()


def ready_cart(base: str, variants: Sequence[str], number: int, hot: str) -> str:
    """Return the token of a cart that only needs to be placed, two lines in it."""
    client = Client(base)
    others = [variant for variant in variants if variant != hot]
    for variant in [hot, random.choice(others)] if hot else random.sample(others, 2):
        client.add(variant, 1)
    client.fill_in(f"bench{number}@example.com")
    client.close()
    return client.cart_token


def ready_carts(base: str, variants: Sequence[str], count: int, *, hot: str = "") -> list[str]:
    """Return the tokens of `count` carts that only need to be placed."""
    with ProcessPoolExecutor(4) as pool:
        return list(
            pool.map(ready_cart, [base] * count, [list(variants)] * count, range(count), [hot] * count, chunksize=10)
        )


def measure(requests: Sequence[bytes], *, base: str, concurrency: int, pids: Sequence[int]) -> dict[str, Any]:
    """Send every request once with `concurrency` callers; return rate, latencies and CPU. Each must be answered 201."""
    processes = min(concurrency, 4)
    with ProcessPoolExecutor(processes) as pool:
        list(pool.map(time.sleep, [0.01] * concurrency))  # the processes exist before the clock starts
        parts = [requests[number::processes] for number in range(processes)]
        with Watch(pids) as watch:
            futures = [pool.submit(_send_all, base, part, concurrency // processes) for part in parts]
            latencies = sorted(latency for future in futures for latency in future.result())
    return {
        "rps": len(latencies) / watch.seconds,
        "p50_ms": statistics.median(latencies) * 1000,
        "p99_ms": latencies[int(len(latencies) * 0.99)] * 1000,
        "cpu_ms": watch.cpu / len(latencies) * 1000,
        "noisy": watch.noisy,
    }


def _send_all(base: str, requests: Sequence[bytes], threads: int) -> list[float]:
    with ThreadPoolExecutor(threads) as pool:
        parts = [requests[number::threads] for number in range(threads)]
        return [latency for part in pool.map(_send, [base] * threads, parts) for latency in part]


def _send(base: str, requests: Sequence[bytes]) -> list[float]:
    address, found = urlsplit(base), []
    with socket.create_connection((address.hostname, address.port), timeout=60) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for request in requests:
            started = time.perf_counter()
            connection.sendall(request)
            answer = _receive(connection)
            found.append(time.perf_counter() - started)
            if not answer.startswith(b"HTTP/1.1 201 "):
                raise SystemExit(f"bin/bench: {request[:60]!r} was answered {answer[:300]!r}")
    return found


def _receive(connection: socket.socket) -> bytes:
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += _some(connection)
    head, _, body = answer.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split(maxsplit=1)[0])
    while len(body) < length:
        body += _some(connection)
    return head


def _some(connection: socket.socket) -> bytes:
    if not (received := connection.recv(65536)):
        raise SystemExit("bin/bench: the shop closed a connection before it had answered")
    return received


def summarise_runs(runs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return medians over the runs that were not noisy."""
    quiet = [run for run in runs if not run["noisy"]]
    measured = [key for key in ("rps", "p50_ms", "p99_ms", "cpu_ms") if key in runs[0]]
    found: dict[str, Any] = {key: summarise([run[key] for run in quiet]) for key in measured}
    return found | {"dropped": len(runs) - len(quiet)}
