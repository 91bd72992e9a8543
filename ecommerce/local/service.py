"""A service to keep running, and the child process that currently is it."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ecommerce.local.processes import (
    Identity,
    die_with_parent,
    has_exited,
    identify,
    kill_group,
    list_descendants,
)

_BACKOFF_FIRST: Final = 0.2
_BACKOFF_LONGEST: Final = 10.0
# A child that ran this long had started well; its next restart is immediate again.
_SETTLED_SECONDS: Final = 30.0


def _always() -> bool:
    return True


def _nothing() -> None:
    return None


def _accept(_lines: list[str]) -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What to run, how to tell that it is ready, and how to stop it.

    `before_start` runs before every start, also a restart. `after_failed_start` gets the last lines of the log when the
    process ended before it was ready, and may mend what the next start would stumble over. `stop_seconds` is how long
    the stop signal is given before SIGKILL. `lists_workers` says whether its own child processes belong in run.json. What
    `ends_by_itself` has work to do beside the others, and is not started again.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path
    is_ready: Callable[[], bool] = _always
    before_start: Callable[[], None] = _nothing
    after_failed_start: Callable[[list[str]], None] = _accept
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 10.0
    lists_workers: bool = True
    ends_by_itself: bool = False
    user: int | None = None


@dataclass(slots=True)
class Child:
    """One service under supervision: its process if it lives, when to start it again if it does not."""

    service: Service
    log: Path
    process: subprocess.Popen[bytes] | None = None
    identity: Identity | None = None
    log_offset: int = 0
    started_at: float = 0.0
    restart_at: float = 0.0
    restarts: int = 0
    quick_deaths: int = 0
    was_ready: bool = False
    workers: list[int] = field(default_factory=list)

    def start(self, *, marks: Mapping[str, str]) -> None:
        """Start the process in a session of its own, output appended to its log, `marks` in its environment."""
        self.service.before_start()
        self.process, self.log_offset = spawn(self.service, log=self.log, marks=marks)
        self.identity = identify(self.process.pid)
        self.started_at = time.monotonic()

    def has_died(self) -> bool:
        """Tell whether the process ended since it was last seen."""
        return self.process is not None and has_exited(self.process)

    def bury(self) -> int:
        """Kill what the dead process left of its group, reap it and plan the restart; return its exit status."""
        if self.process is None:
            return 0
        kill_group(self.process.pid)
        status = self.process.wait()
        lived = time.monotonic() - self.started_at
        self.quick_deaths = 0 if lived > _SETTLED_SECONDS else self.quick_deaths + 1
        self.restart_at = time.monotonic() + self.backoff()
        self.process, self.identity, self.workers = None, None, []
        return status

    def backoff(self) -> float:
        """Return the seconds to wait before the next start."""
        return min(_BACKOFF_FIRST * 2.0 ** max(self.quick_deaths - 1, 0), _BACKOFF_LONGEST)

    def list_pids(self) -> list[int]:
        """Return the pid of the process and of its workers, the process first; empty while it is dead."""
        if self.process is None:
            return []
        return [self.process.pid, *self.workers]

    def refresh_workers(self) -> None:
        """Look again which worker processes it has."""
        if self.process is not None and self.service.lists_workers:
            self.workers = list_descendants(self.process.pid)


def spawn(service: Service, *, log: Path, marks: Mapping[str, str]) -> tuple[subprocess.Popen[bytes], int]:
    """Start a service's command; return the process and the length its log had before."""
    with log.open("ab") as output:
        offset = output.tell()
        process = subprocess.Popen(
            service.command,
            cwd=service.folder,
            env={**service.environment, **marks},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=service.user,
            preexec_fn=die_with_parent(service.stop_signal),
        )
    return process, offset


def describe_exit(status: int) -> str:
    """Say how a process ended: `signal 9 (SIGKILL)` or `exit status 1`."""
    if status < 0:
        return f"signal {-status} ({signal.Signals(-status).name})"
    return f"exit status {status}"
