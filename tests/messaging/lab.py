"""Messaging with real processes on servers of its own: relays, a Celery worker, a publisher, all killable."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import redis

from ecommerce.local.console import Console
from ecommerce.local.plan import stop_order
from ecommerce.local.servers import Servers
from ecommerce.local.service import Service
from ecommerce.local.state import StateFolder
from ecommerce.local.supervisor import Supervisor

ROOT = Path(__file__).resolve().parents[2]
LEASE_SECONDS = 5
MAX_ATTEMPTS = 3


class Lab:
    """The running processes and what a test may do to them."""

    def __init__(self, *, supervisor: Supervisor, urls: dict[str, str], folder: Path) -> None:
        self.supervisor = supervisor
        self.urls = urls
        self.probe_folder = folder / "probe"
        self.probe_folder.mkdir()
        self.environment = {
            **os.environ,
            **urls,
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "SHOP_ENVIRONMENT": "test",
            "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
            "PROBE_FOLDER": str(self.probe_folder),
            "STATE_DIR": str(folder),
            "MESSAGING_LEASE_SECONDS": str(LEASE_SECONDS),
            "MESSAGING_MAX_ATTEMPTS": str(MAX_ATTEMPTS),
            "MESSAGING_BACKOFF_BASE_MS": "50",
            "MESSAGING_BACKOFF_CAP_MS": "500",
            "TASK_TIME_LIMIT": str(LEASE_SECONDS - 1),
            "SHOP_WORKER_READY_FILE": str(folder / "worker.ready"),
            "SHOP_WORKER_CANARY_QUEUE": "probe",
        }
        self.environment.pop("PROMETHEUS_MULTIPROC_DIR", None)
        self.feeder: subprocess.Popen[str] | None = None
        self.turn = threading.Lock()

    def run(self, *arguments: str) -> str:
        return self._run("manage.py", *arguments)

    def control(self, *arguments: str) -> str:
        return self._run("-m", "celery", "-A", "ecommerce", "control", *arguments)

    def _run(self, *arguments: str) -> str:
        command = [sys.executable, *arguments]
        result = subprocess.run(
            command, cwd=ROOT, env=self.environment, check=False, capture_output=True, text=True, timeout=100
        )
        assert result.returncode == 0, result.stderr[-2000:]
        return result.stdout

    def service(self, name: str, *command: str) -> Service:
        return Service(
            name=name, command=(sys.executable, *command), environment=self.environment, folder=ROOT, stop_seconds=3
        )

    def start_relay(self, name: str) -> None:
        with self.turn:
            self.supervisor.start(self.service(name, "manage.py", "relay"))

    def look_after(self, over: threading.Event) -> None:
        """Restart what dies until `over`."""
        while not over.wait(0.05):
            with self.turn:
                self.supervisor.tick()

    def start_worker(self) -> None:
        celery = (
            "-m",
            "celery",
            "-A",
            "ecommerce.worker",
            "worker",
            "-Q",
            "probe",
            "-c",
            "2",
            "--without-gossip",
            "--without-mingle",
        )
        self.supervisor.start(self.service("worker", *celery))

    def publish(self, **arguments: Any) -> str:
        """Call a command of the probe in the publisher's process; return "ok" or how it failed."""
        if self.feeder is None or self.feeder.poll() is not None:
            self.feeder = subprocess.Popen(
                [sys.executable, "manage.py", "probe_feed"], cwd=ROOT, env=self.environment, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        assert self.feeder.stdin
        assert self.feeder.stdout
        self.feeder.stdin.write(json.dumps(arguments) + "\n")
        self.feeder.stdin.flush()
        return self.feeder.stdout.readline().strip()

    def publish_surely(self, **arguments: Any) -> None:
        """Publish, again after a failure, as a client with an idempotent request would; the version makes it once."""
        for _ in range(100):
            if (answer := self.publish(**arguments)) in ("ok", "failed IntegrityError"):
                return
            time.sleep(0.1)
        raise AssertionError(answer)

    def query(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.urls["DATABASE_URL"], connect_timeout=5) as connection:
            return connection.execute(sql, parameters).fetchall()

    def applied(self, prefix: str, consumer: str = "record") -> list[tuple[str, int]]:
        sql = "SELECT key, version FROM probe_applied WHERE consumer = %s AND key LIKE %s ORDER BY id"
        return self.query(sql, consumer, f"{prefix}%")

    def pids(self, name: str) -> list[int]:
        with self.turn:
            return self.supervisor.list_pids()[name]

    def relays(self) -> list[str]:
        with self.turn:
            return [name for name in self.supervisor.list_pids() if name.startswith("relay")]

    def kill(self, *names: str, number: int = signal.SIGKILL) -> None:
        """Kill the main processes of services at once and wait until others stand in their place."""
        killed = {name: self.pids(name)[0] for name in names}
        for pid in killed.values():
            os.kill(pid, number)
        for name, pid in killed.items():
            wait_for(lambda name=name, pid=pid: set(self.pids(name)[:1]) - {pid}, what=f"{name} to be replaced")

    def broker(self) -> redis.Redis:
        return redis.Redis.from_url(self.urls["BROKER_URL"], socket_timeout=5)


def wait_for(condition: Callable[[], Any], *, what: str, seconds: float = 60) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if result := condition():
                return result
        except (psycopg.Error, redis.RedisError):
            pass
        time.sleep(0.05)
    raise AssertionError(f"waited {seconds} s for {what}")


@contextmanager
def running_lab(folder: Path, *, durable: bool = False) -> Iterator[Lab]:
    """Start servers, make the tables, start one relay and one worker; look after them in a thread; stop all at the end."""
    state = StateFolder(folder)
    state.open()
    supervisor = Supervisor(state=state, console=Console(quiet=True))
    try:
        servers = Servers(given={}, state=state, durable=durable)
        servers.start(supervisor, console=Console(quiet=True))
        lab = Lab(supervisor=supervisor, urls=servers.urls(), folder=folder)
        lab.run("migrate", "--run-syncdb", "-v0")
        lab.start_relay("relay")
        lab.start_worker()
        over = threading.Event()
        keeper = threading.Thread(target=lab.look_after, args=(over,), daemon=True)
        keeper.start()
        try:
            yield lab
        finally:
            over.set()
            keeper.join(10)
            if lab.feeder:
                lab.feeder.kill()
    finally:
        supervisor.stop(stop_order(copies={}))
        state.close()
