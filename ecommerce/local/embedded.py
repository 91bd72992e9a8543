"""For tests and benchmarks: throw-away servers, and a whole shop in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ecommerce.local.console import Console
from ecommerce.local.errors import StartError
from ecommerce.local.files import last_lines
from ecommerce.local.plan import ROOT, stop_order
from ecommerce.local.ports import find_free_block
from ecommerce.local.processes import die_with_parent, wait_until
from ecommerce.local.servers import Servers
from ecommerce.local.state import StateFolder, load_run, read_holder
from ecommerce.local.supervisor import Supervisor

# What a test run's own environment says of its servers, mails and settings is not for a shop of its own.
_NOT_INHERITED = frozenset(
    {"DATABASE_URL", "CACHE_URL", "BROKER_URL", "STRIPE_API_KEY", "STRIPE_API_BASE", "STRIPE_WEBHOOK_SECRET"}
    | {
        "EMAIL_URL",
        "STOREFRONT_URL",
        "SOCKETS_URL",
        "SECRET_KEY",
        "SHOP_ENVIRONMENT",
        "SHOP_PROFILE",
        "SHOP_SETTINGS_MODULE",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerUrls:
    """Where throw-away servers listen, each a UNIX socket."""

    database: str
    cache: str
    broker: str

    def environment(self) -> dict[str, str]:
        """Return the settings that lead Django to these servers."""
        return {"DATABASE_URL": self.database, "CACHE_URL": self.cache, "BROKER_URL": self.broker}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningShop:
    """A shop started by `run_shop`; `process` is its supervisor."""

    process: subprocess.Popen[bytes]
    state: Path
    port: int
    output: Path

    @property
    def run(self) -> dict[str, Any]:
        """Read run.json anew: pids change when a process is replaced."""
        content = load_run(self.state)
        if content is None:
            raise StartError(f"The shop on {self.state} is not running: {self.last_output()}")
        return content

    def last_output(self) -> str:
        """Return the last lines the supervisor printed."""
        return "\n".join(last_lines(self.output, count=15))


@contextmanager
def embedded_servers(folder: Path, *, durable: bool = False) -> Iterator[ServerUrls]:
    """Start PostgreSQL and two Valkeys in `folder` and stop them at the end.

    Without `durable`, data may be lost by a power cut, never by a killed process. Raises StartError.
    """
    state = StateFolder(folder)
    state.open()
    try:
        state.stop_orphans(console=Console(quiet=True))
        supervisor = Supervisor(state=state, console=Console(quiet=True))
        try:
            servers = Servers(given={}, state=state, durable=durable)
            servers.start(supervisor, console=Console(quiet=True))
            urls = servers.urls()
            yield ServerUrls(database=urls["DATABASE_URL"], cache=urls["CACHE_URL"], broker=urls["BROKER_URL"])
        finally:
            supervisor.stop(stop_order(copies={}))
    finally:
        state.close()


@contextmanager
def run_shop(
    *,
    state: Path,
    port: int | None = None,
    demo: bool = True,
    environment: Mapping[str, str] | None = None,
    copies: Mapping[str, int] | None = None,
    seconds: float = 240,
) -> Iterator[RunningShop]:
    """Run `python -m ecommerce.local up` on `state`, yield it when ready, stop it with SIGTERM at the end.

    `environment` is laid over this process's own, from which the addresses of servers are taken out first, so that
    the shop starts its own. `copies` is how many workers and relays it has, by role. Raises StartError with the last
    output where it is not ready after `seconds`.
    """
    shop = start_shop(
        state=state, port=port or find_free_block(), demo=demo, environment=environment or {}, copies=copies or {}
    )
    try:
        await_ready(shop, seconds=seconds)
        yield shop
    finally:
        stop_shop(shop)


def start_shop(
    *, state: Path, port: int, demo: bool, environment: Mapping[str, str], copies: Mapping[str, int] | None = None
) -> RunningShop:
    """Start a shop and return at once; `await_ready` and `stop_shop` do the rest."""
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    output = state / "up.out"
    command = [sys.executable, "-m", "ecommerce.local", "up", "--state", str(state), "--port", str(port)]
    command += [] if demo else ["--no-demo"]
    command += [word for role, number in (copies or {}).items() for word in (f"--{role}s", str(number))]
    inherited = {name: value for name, value in os.environ.items() if name not in _NOT_INHERITED}
    with output.open("ab") as stream:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=inherited | dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )
    return RunningShop(process=process, state=state, port=port, output=output)


def await_ready(shop: RunningShop, *, seconds: float, meanwhile: Callable[[], None] = lambda: None) -> None:
    """Wait until its run.json appears, calling `meanwhile` again and again.

    StartError where the supervisor ends first or the time is over.
    """

    def is_over() -> bool:
        meanwhile()
        return _is_ready(shop) or shop.process.poll() is not None

    wait_until(is_over, seconds=seconds)
    if shop.process.poll() is not None or not _is_ready(shop):
        raise StartError(f"The shop did not become ready:\n{shop.last_output()}")


def _is_ready(shop: RunningShop) -> bool:
    # The file of a shop that runs there already, or was killed there, is not an answer.
    holder = read_holder(shop.state)
    return holder is not None and holder.pid == shop.process.pid and load_run(shop.state) is not None


def stop_shop(shop: RunningShop, *, seconds: float = 120) -> int:
    """Stop a shop in order and return the exit status of its supervisor."""
    if shop.process.poll() is None:
        shop.process.send_signal(signal.SIGTERM)
    try:
        return shop.process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        shop.process.kill()
        return shop.process.wait()
