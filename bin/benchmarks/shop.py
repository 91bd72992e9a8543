"""The shop under measurement, with what the benchmarks ask of it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from prometheus_client.multiprocess import MultiProcessCollector

from ecommerce.local.embedded import RunningShop, run_shop
from tests.shop.client import Client

ROOT = Path(__file__).resolve().parents[2]
STATEMENTS = ("django_db_execute_total", "django_db_execute_many_total")


def wait_for(condition: Callable[[], Any], *, what: str, seconds: float = 600) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise SystemExit(f"bin/bench: waited {seconds} s for {what}")
        time.sleep(0.2)
    return found


class BenchShop:
    def __init__(self, running: RunningShop) -> None:
        self.running = running
        self.base = running.run["urls"]["storefront"]

    @classmethod
    @contextmanager
    def running(cls, state: Path, *, counts_statements: bool = False) -> Iterator[BenchShop]:
        """Run a shop on `state`; with `counts_statements` its database layer counts them, which slows it a little."""
        environment = {"DATABASE_METRICS": "true"} if counts_statements else {}
        with run_shop(state=state, demo=False, environment=environment) as shop:
            yield cls(shop)

    def pids(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = self.running.run["pids"]
        return found

    def client(self) -> Client:
        return Client(self.base)

    def environment(self) -> dict[str, str]:
        raw = Path(f"/proc/{self.pids()['web'][0]}/environ").read_text()
        return dict(item.split("=", 1) for item in raw.split("\0") if "=" in item)

    def database_url(self) -> str:
        return self.environment()["DATABASE_URL"]

    def start_manage(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start `manage.py` on this shop."""
        environment = {**os.environ, **self.environment()}
        return subprocess.Popen([sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment, stdout=sys.stderr)

    def wait_until_listed(self, products: int) -> None:
        def listed() -> bool:
            found: int = self.client().expect(
                200, "GET", f"/api/v1/products?count=true&limit=1&in_stock=true&min_price={time.time() % 1:.3f}"
            )["count"]
            return found >= products

        wait_for(listed, what=f"{products} products to be listed in stock")

    def some_variants(self, count: int) -> list[str]:
        client, found, path = self.client(), [], "/api/v1/products?limit=100"
        while path and len(found) < count:
            page = client.expect(200, "GET", path)
            details = (client.expect(200, "GET", f"/api/v1/products/{card['id']}") for card in page["results"])
            found.extend(detail["variants"][0]["id"] for detail in details)
            path = (page["next"] or "").removeprefix(self.base)
        return found[:count]

    def buy_and_pay(self, count: int) -> list[tuple[Client, Any]]:
        """Let so many guests buy two lines and pay; return each with the order."""
        first, second = self.some_variants(2)
        orders = []
        for _ in range(count):
            buyer = self.client()
            orders.append((buyer, buyer.order({first: 1, second: 2})))
            buyer.pay(orders[-1][1])
        return orders

    def statements(self) -> dict[str, float]:
        """Return how many SQL statements the processes of each kind have sent so far."""
        folder = Path(self.environment()["PROMETHEUS_MULTIPROC_DIR"])
        return {
            name: sum(_count_statements(folder, pid) for pid in self.pids()[name])
            for name in ("web", "worker", "relay")
        }

    def measure_statements_of_a_checkout(self, count: int) -> dict[str, float]:
        """Return the statements of one checkout, from empty cart to paid with its webhooks, in each kind of process.

        What the same processes send when nobody buys is taken off and named beside it, per second.
        """
        self.buy_and_pay(1)
        quiet = self._statements_of(lambda: time.sleep(5))
        orders = []

        def check_out() -> None:
            orders.extend(self.buy_and_pay(count))
            time.sleep(3)  # the webhooks and events that are still on their way belong to it

        busy, seconds = self._statements_of(check_out), self.seconds
        for buyer, order in orders:
            buyer.wait_for_status(order, "processing")
        per_checkout = {name: (busy[name] - quiet[name] / 5 * seconds) / count for name in busy}
        return per_checkout | {f"{name} per idle second": sent / 5 for name, sent in quiet.items()}

    def _statements_of(self, work: Callable[[], Any]) -> dict[str, float]:
        started, before = time.monotonic(), self.statements()
        work()
        after, self.seconds = self.statements(), time.monotonic() - started
        return {name: after[name] - before[name] for name in after}


def _count_statements(folder: Path, pid: int) -> float:
    files = [str(path) for path in folder.glob(f"counter_{pid}.db")]
    families = MultiProcessCollector.merge(files, accumulate=True)
    samples = (sample for family in families for sample in family.samples)
    return sum(sample.value for sample in samples if sample.name in STATEMENTS)
