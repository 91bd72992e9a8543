"""The state folder: everything the shop keeps, one lock, and the record that lets the next start recover."""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
import signal
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from ecommerce.local.console import Console
from ecommerce.local.errors import StartError
from ecommerce.local.files import read_json, write_private_json
from ecommerce.local.processes import (
    Identity,
    belongs_to,
    identify,
    is_alive,
    list_belonging,
    stop_identities,
    wait_until,
)

STATE_VARIABLE: Final = "STATE_DIR"
# The settings of a running shop, for `manage.py`.
ENVIRONMENT_FILE: Final = "environment.json"
# sun_path holds 108 bytes with the closing zero; PostgreSQL appends "/.s.PGSQL.5432.lock" to the folder.
_LONGEST_SOCKET_FOLDER: Final = 80
_PLAIN_PATH: Final = re.compile(r"[A-Za-z0-9/._-]+")
_NEEDED_FIRST: Final = 500 * 1024**2
_NEEDED_LATER: Final = 100 * 1024**2


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildRecord:
    """A child as the next start needs to know it, should this supervisor be killed."""

    name: str
    pid: int
    started: str
    stop_signal: int
    stop_seconds: float

    @property
    def identity(self) -> Identity:
        return Identity(pid=self.pid, started=self.started)


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """Made once per state folder."""

    secret_key: str
    staff_password: str
    stripe_api_key: str
    stripe_webhook_secret: str


class StateFolder:
    """One folder, one shop: `open()` locks it, `close()` lets it go."""

    def __init__(self, path: Path) -> None:
        self.path = Path(os.path.abspath(path))
        self.logs = self.path / "logs"
        self.mail = self.path / "mail"
        self.run_file = self.path / "run.json"
        self.environment_file = self.path / ENVIRONMENT_FILE
        self._children_file = self.path / "children.json"
        self._lock: int | None = None
        self._sockets: Path | None = None

    def open(self) -> None:
        """Make the folder and take its lock; StartError where another shop holds it or it cannot be written."""
        try:
            # As root, PostgreSQL may have to run as another user, who then only needs to pass through.
            self.path.mkdir(mode=0o700 if os.geteuid() else 0o711, parents=True, exist_ok=True)
            self._take_lock()
            for folder in (self.logs, self.mail):
                folder.mkdir(mode=0o700, exist_ok=True)
        except (FileExistsError, NotADirectoryError) as error:
            raise StartError(f"{error.filename} is not a folder: choose another with --state DIR.") from error
        except PermissionError as error:
            raise StartError(f"{error.filename} may not be written by this user: choose --state DIR.") from error
        except OSError as error:
            raise StartError(f"{self.path} cannot be made ({error.strerror}): choose --state DIR.") from error
        self._require_space()

    def close(self) -> None:
        """Remove what only a running shop has and release the lock."""
        self.run_file.unlink(missing_ok=True)
        self._children_file.unlink(missing_ok=True)
        if self._sockets:
            shutil.rmtree(self._sockets, ignore_errors=True)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    @property
    def sockets(self) -> Path:
        """A 0700 folder for UNIX sockets: inside the state folder, or a temporary one where that path is too long."""
        if self._sockets is None:
            inside = self.path / "sockets"
            if len(os.fsencode(inside)) <= _LONGEST_SOCKET_FOLDER and _PLAIN_PATH.fullmatch(str(inside)):
                shutil.rmtree(inside, ignore_errors=True)
                inside.mkdir(mode=0o700)
                self._sockets = inside
            else:
                self._sockets = _make_short_folder()
        return self._sockets

    def secrets(self) -> Secrets:
        """Return this shop's secrets, made at the first call and kept (0600)."""
        path = self.path / "secrets.json"
        kept = read_json(path) or {}
        made = Secrets(
            secret_key=secrets.token_urlsafe(64),
            staff_password=secrets.token_urlsafe(12),
            stripe_api_key=f"sk_test_{secrets.token_hex(16)}",
            stripe_webhook_secret=f"whsec_{secrets.token_hex(24)}",
        )
        merged = {**asdict(made), **{name: value for name, value in kept.items() if name in asdict(made)}}
        if merged != kept:
            write_private_json(path, merged)
        return Secrets(**merged)

    def write_run(self, content: dict[str, Any]) -> None:
        """Publish run.json for tools."""
        write_private_json(self.run_file, content)

    def record_children(self, children: Iterable[ChildRecord]) -> None:
        """Remember the living children, so that the next start finds them after a SIGKILL of this process."""
        record = {
            "state": str(self.path),
            "sockets": str(self._sockets) if self._sockets else None,
            "children": [asdict(child) for child in children],
        }
        write_private_json(self._children_file, record)

    def stop_orphans(self, *, console: Console) -> None:
        """Stop what a killed supervisor left behind here, and only that, naming each first: one may take its time to stop.

        A process counts when pid and start time match the record and it was started for this state folder.
        """
        record = read_json(self._children_file) or {}
        children = [ChildRecord(**child) for child in record.get("children", [])]
        sessions = frozenset(child.pid for child in children)
        alive = [child for child in children if is_alive(child.identity) and self._is_ours(child.pid)]
        for child in reversed(alive):
            console.step(f"stopping {child.name}, which a killed start left running")
            stop_identities([child.identity], number=signal.Signals(child.stop_signal), seconds=child.stop_seconds)
        # Worker processes whose parent died before them: still in its session, marked with our folder.
        strays = list_belonging(variable=STATE_VARIABLE, folder=self.path, sessions=sessions)
        stop_identities(strays, number=signal.SIGKILL, seconds=5)
        _remove_short_folder(record.get("sockets"))
        self._children_file.unlink(missing_ok=True)

    def _is_ours(self, pid: int) -> bool:
        return belongs_to(pid, variable=STATE_VARIABLE, folder=self.path)

    def _take_lock(self) -> None:
        # Not inherited by children (PEP 446): orphans must not keep the next start out.
        handle = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        if not wait_until(lambda: _try_lock(handle), seconds=0.5):
            holder = os.pread(handle, 32, 0).decode("ascii", "replace").strip()
            os.close(handle)
            raise StartError(
                f"A shop already runs on {self.path} (pid {holder}): stop it first, "
                "or start this one with --state DIR and --port N."
            )
        # Before this pid is in the lock file: whoever finds both may take them for one running shop.
        self.run_file.unlink(missing_ok=True)
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        self._lock = handle

    def _require_space(self) -> None:
        needed = _NEEDED_LATER if (self.path / "postgres" / "data").exists() else _NEEDED_FIRST
        free = shutil.disk_usage(self.path).free
        if free < needed:
            raise StartError(
                f"No space: the disk that holds {self.path} has {free // 1024**2} MB free and the shop needs "
                f"{needed // 1024**2} MB: free some, or choose another disk with --state DIR."
            )


def read_holder(state: Path) -> Identity | None:
    """Return the living process named in the lock file of `state`, or None."""
    try:
        return identify(int((state / "lock").read_text()))
    except (FileNotFoundError, ValueError):
        return None


def load_run(state: Path) -> dict[str, Any] | None:
    """Return run.json of the shop that runs on `state`, or None before it is ready."""
    content = read_json(state / "run.json")
    return content if isinstance(content, dict) else None


def _try_lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _make_short_folder() -> Path:
    for parent in (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), "/tmp"):  # noqa: S108 - 0700 inside
        if parent and _can_hold_sockets(parent):
            return Path(tempfile.mkdtemp(prefix="shop-", dir=parent))
    raise StartError("No folder with a path short enough for sockets: set TMPDIR to one, such as TMPDIR=/tmp.")


def _can_hold_sockets(parent: str) -> bool:
    short = len(os.fsencode(parent)) < _LONGEST_SOCKET_FOLDER - 20
    return short and _PLAIN_PATH.fullmatch(parent) is not None and os.access(parent, os.W_OK)


def _remove_short_folder(path: str | None) -> None:
    if path and Path(path).name.startswith("shop-"):
        shutil.rmtree(path, ignore_errors=True)
