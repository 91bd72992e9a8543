"""The composition run without containers: each service's command as a local process in the production environment.

Only places are replaced: the addresses of the servers, the folders, the port. Where the kernel allows it, each process
sees a read-only root file system and may write to its own folders, as its container would.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psutil
import psycopg

from ecommerce.local.console import Console
from ecommerce.local.embedded import ServerUrls, embedded_servers
from ecommerce.local.plan import ROOT, Ports, sandbox_environment, sandbox_service
from ecommerce.local.ports import find_free_block
from ecommerce.local.processes import wait_until
from ecommerce.local.service import Service
from ecommerce.local.state import StateFolder
from ecommerce.local.supervisor import Supervisor
from tests.deploy.compose import ShopService, dockerfile_steps, shop_services
from tests.deploy.filled import filled_in
from tests.shop.running import DRAW_NOTHING_AHEAD

_ADDRESSES = {"DATABASE_URL": "postgres:5432", "CACHE_URL": "valkey-cache:6379", "BROKER_URL": "valkey-state:6379"}
_READ_ONLY = """
while [ "$1" != -- ]; do mount --bind "$1" "$1" || exit; shift; done
shift && mount -o remount,bind,ro / && exec "$@"
"""
_TMP = "/tmp"  # noqa: S108 - the containers' own
_SECONDS = 90


@dataclass(frozen=True)
class Composed:
    """The running services of the composition; `tls` is the port that its public address names."""

    supervisor: Supervisor
    services: dict[str, ShopService]
    environments: dict[str, dict[str, str]]
    ports: dict[str, int]
    state: StateFolder
    tls: int

    @property
    def origin(self) -> str:
        return f"https://localhost:{self.tls}"

    def run(self, name: str, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end in the environment of a service."""
        return subprocess.run(
            [*self._confined(name), sys.executable, *command],
            cwd=ROOT, env=self.environments[name], capture_output=True, text=True, timeout=_SECONDS, check=False,
        )  # fmt: skip

    def is_healthy(self, name: str) -> bool:
        """Ask as the service's own health check asks."""
        health = self.services[name].health
        assert health is not None
        return self.run(name, *health[1:]).returncode == 0

    def folder(self, name: str) -> Path:
        return Path(self.environments[name]["TMPDIR"])

    def start(self, *names: str) -> None:
        """Start services and wait until their health checks are content."""
        for name in names:
            self.supervisor.start(self._service(name))
        self.supervisor.wait_until_ready(names, patience=_SECONDS)

    def mails(self) -> list[bytes]:
        """Return every mail that was sent so far."""
        folders = [self.folder(name) / "mail" for name in self.services]
        return [path.read_bytes() for folder in folders for path in folder.glob("*.eml")]

    def stop(self, name: str) -> None:
        """End a service as an engine does."""
        process = psutil.Process(self.pid(name))
        process.terminate()
        assert wait_until(lambda: process.status() == psutil.STATUS_ZOMBIE, seconds=self.services[name].stop_seconds)

    def pid(self, name: str) -> int:
        return self.supervisor.list_pids()[name][0]

    def _confined(self, name: str) -> tuple[str, ...]:
        return confined(self.folder(name), self.environments[name]["MEDIA_ROOT"])

    def _service(self, name: str) -> Service:
        environment, service = self.environments[name], self.services[name]
        return Service(
            name=name,
            # The supervisor marks what it starts with a STATE_DIR of its own; a container has the image's.
            command=(*self._confined(name), "env", f"STATE_DIR={environment['STATE_DIR']}", *service.command),
            environment=environment,
            folder=ROOT,
            is_ready=lambda: self.is_healthy(name),
            stop_seconds=service.stop_seconds,
        )


def confined(*folders: Path | str) -> tuple[str, ...]:
    """Return the words before a command that leave it these folders to write to; none where the kernel forbids it."""
    return (*_namespace(), *map(str, folders), "--") if _namespace() else ()


@cache
def _namespace() -> tuple[str, ...]:
    unshare = shutil.which("unshare")
    words = (unshare or "", "--user", "--map-root-user", "--mount", "sh", "-c", _READ_ONLY, "sh")
    probe = subprocess.run([*words, "--", "true"], capture_output=True, check=False) if unshare else None
    return words if probe and probe.returncode == 0 else ()


@contextmanager
def composed(folder: Path, *, pictures: Path) -> Iterator[Composed]:
    """Build static files as the Dockerfile does, migrate and load the demo as documented, start nothing else yet."""
    static = folder / "static"
    state = StateFolder(folder / "state")
    state.open()
    with embedded_servers(folder / "servers") as urls:
        supervisor = Supervisor(state=state, console=Console(quiet=True))
        try:
            made = _describe(folder, urls=urls, state=state, pictures=pictures, supervisor=supervisor)
            building = subprocess.Popen(["bash", "-c", _static_step()], cwd=ROOT, env=_build_environment(static))
            _prepare(made)
            assert building.wait(timeout=_SECONDS) == 0
            yield made
        finally:
            supervisor.stop([])
            state.close()


def _describe(
    folder: Path, *, urls: ServerUrls, state: StateFolder, pictures: Path, supervisor: Supervisor
) -> Composed:
    block = Ports(first=find_free_block())
    tls = find_free_block()
    sandbox = sandbox_environment(state=state, ports=block)
    variables = filled_in(
        STOREFRONT_URL=f"https://localhost:{tls}",
        SOCKETS_URL=f"wss://localhost:{tls}",
        **sandbox,
    )
    services = shop_services(variables)
    supervisor.start(
        sandbox_service(environment={"PATH": os.defpath, "PYTHONPATH": str(ROOT)}, state=state, ports=block)
    )
    environments, ports = {}, {}
    for name, service in services.items():
        # The sandbox tells the first port of its block what was paid.
        ports[name] = block.web if name == "webhooks" else find_free_block()
        environments[name] = _place(
            service, folder=folder / name, urls=urls, static=folder / "static", pictures=pictures, port=ports[name]
        )
    return Composed(
        supervisor=supervisor,
        services=services,
        environments=environments,
        ports=ports,
        state=state,
        tls=tls,
    )


def _place(
    service: ShopService, *, folder: Path, urls: ServerUrls, static: Path, pictures: Path, port: int
) -> dict[str, str]:
    """Return a service's environment with the places of this machine in it."""
    for name, address in _ADDRESSES.items():
        assert f"@{address}/" in service.environment[name]
    (folder / "mail").mkdir(parents=True)
    inside = {
        name: str(folder) + value.removeprefix(_TMP)
        for name, value in service.environment.items()
        if value.startswith(_TMP + "/")
    }
    return {
        **service.environment,
        **urls.environment(),
        **inside,
        "STATIC_ROOT": str(static),
        "MEDIA_ROOT": str(pictures),
        "PATH": f"{Path(sys.executable).parent}:{os.defpath}",
        "TMPDIR": str(folder),
        "PORT": str(port),
        # Mails are files here; no SMTP server is at hand.
        "EMAIL_URL": (folder / "mail").as_uri(),
    }


def _static_step() -> str:
    [step] = [arguments for word, arguments in dockerfile_steps() if word == "RUN" and "prepare static" in arguments]
    return step.partition("&& python -m compileall")[0]


def _build_environment(static: Path) -> Mapping[str, str]:
    return {"PATH": f"{Path(sys.executable).parent}:{os.defpath}", "STATIC_ROOT": str(static)}


def _prepare(made: Composed) -> None:
    for command in (
        tuple(made.services["migrate"].command[1:]),
        ("manage.py", "load_demo"),
        ("manage.py", "rebuild_search"),
    ):
        ended = made.run("migrate", *command)
        assert ended.returncode == 0, ended.stderr
    with psycopg.connect(made.environments["migrate"]["DATABASE_URL"], connect_timeout=5) as connection:
        connection.execute(DRAW_NOTHING_AHEAD)
