"""The shop under measurement, with what the benchmarks ask of it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ecommerce.local.embedded import RunningShop, run_shop
from tests.shop.client import Client

ROOT = Path(__file__).resolve().parents[2]


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
    def running(cls, state: Path) -> Iterator[BenchShop]:
        # SQL statements are counted by the database layer's own metric.
        with run_shop(state=state, demo=False, environment={"DATABASE_METRICS": "true"}) as shop:
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

    def manage(self, *arguments: str) -> None:
        environment = {**os.environ, **self.environment()}
        subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment, check=True, stdout=sys.stderr
        )

    def wait_until_listed(self, products: int) -> None:
        def listed() -> bool:
            found: int = self.client().expect(
                200, "GET", f"/api/v1/products?count=true&limit=1&in_stock=true&min_price={time.time() % 1:.3f}"
            )["count"]
            return found >= products

        wait_for(listed, what=f"{products} products to be listed in stock")

    def some_variants(self, count: int) -> list[str]:
        client, found, path = self.client(), [], "/api/v1/products?limit=100"
        while len(found) < count:
            page = client.expect(200, "GET", path)
            details = (client.expect(200, "GET", f"/api/v1/products/{card['id']}") for card in page["results"])
            found.extend(detail["variants"][0]["id"] for detail in details)
            path = page["next"].removeprefix(self.base)
        return found[:count]

    def statements(self) -> float:
        metrics = urllib.request.urlopen(f"{self.base}/metrics").read().decode()
        found = re.findall(r"^django_db_execute_total\{.*?\} ([\d.e+]+)", metrics, re.MULTILINE)
        return sum(float(value) for value in found)

    def count_statements_of_a_checkout(self) -> dict[str, float]:
        """Count what the web processes send to the database from an empty cart to a paid order, the webhooks included."""
        (first, second), client = self.some_variants(2), self.client()
        before, idle = self.statements(), self.statements()
        order = client.order({first: 1, second: 2})
        client.pay(order)
        client.wait_for_status(order, "processing")
        time.sleep(1)  # the webhooks that are still on their way belong to it
        return {"web": self.statements() - idle - (idle - before)}
