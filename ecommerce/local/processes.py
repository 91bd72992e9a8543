"""Processes by identity, not by number: a pid alone may have been given to someone else since."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import psutil

_PR_SET_PDEATHSIG: Final = 1
_LINUX: Final[bool] = sys.platform.startswith("linux")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """One process for all time: its pid and when it started (boot id and kernel ticks on Linux)."""

    pid: int
    started: str


def identify(pid: int) -> Identity | None:
    """Return the identity of the living process `pid`, or None where there is none (a zombie is dead)."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        return Identity(pid=pid, started=_start_mark(process))
    except (psutil.Error, OSError):
        return None


def is_alive(identity: Identity) -> bool:
    """Tell whether this very process still lives."""
    return identify(identity.pid) == identity


def has_exited(process: subprocess.Popen[bytes]) -> bool:
    """Tell whether a child has ended, without reaping it: while it is a zombie its group number stays its own."""
    if process.returncode is not None:
        return True
    if not hasattr(os, "waitid"):
        return process.poll() is not None
    try:
        return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return True


def kill_group(pid: int) -> None:
    """SIGKILL every member of the process group that `pid` leads."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def send_signal(pid: int, number: signal.Signals) -> None:
    """Send a signal to one process, tolerating that it has just ended."""
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def list_descendants(pid: int) -> list[int]:
    """Return the living descendants of `pid`, parents before children, without Python's resource trackers."""
    found: list[int] = []
    queue = [pid]
    while queue:
        for child in _list_children(queue.pop(0)):
            if _is_worker(child):
                found.append(child)
                queue.append(child)
    return found


def wait_until(condition: Callable[[], bool], *, seconds: float, pause: float = 0.05) -> bool:
    """Poll `condition` for at most `seconds`; tell whether it came true."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(pause)
    return True


def stop_identities(identities: Iterable[Identity], *, number: signal.Signals, seconds: float) -> None:
    """Signal these very processes, wait, then SIGKILL what is left of their groups."""
    alive = [identity for identity in identities if is_alive(identity)]
    for identity in alive:
        send_signal(identity.pid, number)
        send_signal(identity.pid, signal.SIGCONT)
    wait_until(lambda: not any(map(is_alive, alive)), seconds=seconds)
    for identity in alive:
        if is_alive(identity):
            kill_group(identity.pid)
    wait_until(lambda: not any(map(is_alive, alive)), seconds=5)


def list_belonging(*, variable: str, folder: Path, sessions: frozenset[int]) -> list[Identity]:
    """Return the processes of the given sessions that belong to `folder`, as `belongs_to` tells."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if os.getsid(process.pid) in sessions and belongs_to(process.pid, variable=variable, folder=folder):
                found.append(Identity(pid=process.pid, started=_start_mark(process)))
    return found


def belongs_to(pid: int, *, variable: str, folder: Path) -> bool:
    """Tell whether a process was started with `variable` naming `folder`, or works inside that folder.

    The second because a server that sets its own title overwrites the memory its environment is read from.
    """
    with suppress(psutil.Error, OSError):
        process = psutil.Process(pid)
        return process.environ().get(variable) == str(folder) or Path(process.cwd()).is_relative_to(folder)
    return False


def die_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """Return a `preexec_fn` that has the kernel send `number` when the starting thread ends; None off Linux.

    A second net under the record of children: it also catches the child that was forked but not yet recorded.
    """
    if not _LINUX:
        return None
    prctl = ctypes.CDLL(None).prctl
    parent = os.getpid()

    def arm() -> None:
        prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return arm


def _start_mark(process: psutil.Process) -> str:
    # The wall clock may be set while the shop runs; kernel ticks and the boot id may not.
    if _LINUX:
        fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
        return f"{_boot_id()}:{fields[19]}"
    return repr(process.create_time())


@cache
def _boot_id() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def _list_children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task")
    if not Path(f"/proc/self/task/{os.getpid()}/children").exists():
        with suppress(psutil.Error):
            return [child.pid for child in psutil.Process(pid).children()]
        return []
    children: list[int] = []
    with suppress(OSError):
        for task in tasks.iterdir():
            with suppress(OSError):
                children += map(int, (task / "children").read_text().split())
    return sorted(children)


def _is_worker(pid: int) -> bool:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes() if _LINUX else b"-"
    except OSError:
        return False
    # A zombie has no command line; the tracker is Python's own helper and serves nothing.
    return bool(command) and b"multiprocessing.resource_tracker" not in command
