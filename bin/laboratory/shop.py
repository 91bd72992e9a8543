"""The shop under attack: started, looked into, and asked whether all of it is up."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import psycopg
import redis

from ecommerce.local.embedded import RunningShop, run_shop
from ecommerce.local.errors import StartError
from ecommerce.local.files import read_json
from ecommerce.local.plan import ROOT
from ecommerce.local.postgres import can_query
from ecommerce.local.processes import identify
from ecommerce.local.state import ENVIRONMENT_FILE
from ecommerce.local.valkey import can_ping
from ecommerce.roles import LOOPBACK, answers_http
from tests.shop.client import Client

ROLES = ("web", "sockets", "worker", "relay", "beat", "postgres", "valkey", "sandbox")
COPIES = {"worker": 2, "relay": 2}


def wait_for(condition: Callable[[], Any], *, seconds: float, pause: float = 0.1) -> Any:
    """Return the first true value of `condition`, or its last one once the time is over."""
    deadline = time.monotonic() + seconds
    while not (found := condition()) and time.monotonic() < deadline:
        time.sleep(pause)
    return found


class LaboratoryShop:
    """A running shop, from outside."""

    def __init__(self, running: RunningShop, *, clock_file: Path) -> None:
        self.running, self.clock_file = running, clock_file
        self.urls: dict[str, str] = running.run["urls"]
        self.base = self.urls["storefront"]
        self.staff_login = {name: running.run["staff"][name] for name in ("email", "password")}
        self.mail = Path(running.run["mail"])
        self.settings: dict[str, str] = read_json(running.state / ENVIRONMENT_FILE) or {}
        self.supervisor = running.process.pid

    @classmethod
    @contextmanager
    def running_on(
        cls, state: Path, *, port: int, environment: Mapping[str, str], clock_file: Path
    ) -> Iterator[LaboratoryShop]:
        """Run a shop of production settings with several workers and relays; `clock_file` says how wrong its clock is."""
        with run_shop(state=state, port=port, demo=False, environment=environment, copies=COPIES) as running:
            yield cls(running, clock_file=clock_file)

    # processes

    def pids(self, role: str) -> list[int]:
        """Return the living processes of a role; run.json is behind by a moment where one has just died."""
        try:
            found: list[int] = self.running.run["pids"][role]
        except StartError:
            return []
        return [pid for pid in found if identify(pid)]

    def parents(self, role: str) -> list[int]:
        """Return those that the supervisor itself started."""
        return [pid for pid in self.pids(role) if parent_of(pid) == self.supervisor]

    def children(self, role: str) -> list[int]:
        return [pid for pid in self.pids(role) if parent_of(pid) != self.supervisor]

    def is_up(self, role: str) -> bool:
        """Tell whether a role does its work, as far as that can be seen at once."""
        shop = self.base.partition("//")[2]
        match role:
            case "web":
                return answers_http(port=self.running.port, path="/health/ready", host=shop)
            case "sockets":
                return answers_http(port=self.running.port + 1, path="/health/ready", host=shop)
            case "sandbox":
                return answers_http(port=self.running.port + 2, path="/health", host=LOOPBACK)
            case "postgres":
                return can_query(self.settings["DATABASE_URL"])
            case "valkey":
                return can_ping(self.settings["CACHE_URL"]) and can_ping(self.settings["BROKER_URL"])
        return True

    # servers

    def connect(self, **options: Any) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(
            self.settings["DATABASE_URL"], autocommit=True, connect_timeout=5, application_name="laboratory", **options
        )

    def query(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with self.connect() as connection:
            return connection.execute(sql.encode(), parameters or None).fetchall()

    def valkey(self, name: str) -> redis.Redis:
        """Return a client of `cache` or `state`."""
        url = self.settings["CACHE_URL" if name == "cache" else "BROKER_URL"]
        return redis.Redis.from_url(url, socket_timeout=5, socket_connect_timeout=5)

    def sandbox(self, method: str, path: str, body: Any = None) -> Any:
        """Call the payment sandbox's control endpoints."""
        client = Client(self.urls["sandbox"], token=self.settings["STRIPE_API_KEY"], patience=20)
        try:
            return client.expect(200, method, path, body)
        finally:
            client.close()

    def client(self, **options: Any) -> Client:
        return Client(self.base, **options)

    def manage(self, *arguments: str, seconds: float = 300) -> subprocess.CompletedProcess[str]:
        """Run `manage.py` on this shop to its end."""
        # Nothing of whoever runs the laboratory, such as the settings of tests.
        plain = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        environment = plain | {"STATE_DIR": str(self.running.state)}
        return subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment,
            capture_output=True, text=True, timeout=seconds, check=False,
        )  # fmt: skip


def parent_of(pid: int) -> int | None:
    try:
        return psutil.Process(pid).ppid()
    except psutil.Error:
        return None
