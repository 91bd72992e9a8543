"""The embedded PostgreSQL: made with initdb, run in the foreground on a UNIX socket, recovered as it is found.

PostgreSQL refuses root. As root it runs in a user namespace, where it sees itself as an ordinary user and its
files stay root's; where the kernel forbids that, as `nobody` in a folder that user owns.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil
import psycopg
from psycopg import sql

from ecommerce.local.binaries import postgres_binary
from ecommerce.local.errors import StartError
from ecommerce.local.processes import identify, stop_identities
from ecommerce.local.service import Service

USER: Final = "shop"
DATABASE: Final = "shop"
_MAP_USER: Final = ("--user", "--map-user=1000")
_SETTINGS: Final = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "256MB",
    "max_connections": "200",
    "work_mem": "8MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "autovacuum_naptime": "10s",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
}
# Throw-away servers only: a power cut may break the data. Commits stay synchronous, so a killed process loses none.
_VOLATILE: Final = {"fsync": "off", "full_page_writes": "off"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Launcher:
    """How PostgreSQL programs are started by this user: a command before theirs, or another user."""

    prefix: tuple[str, ...] = ()
    user: int | None = None


class Postgres:
    """One data folder and the server that runs on it.

    `folder` is made here and holds the data; `sockets` is an existing 0700 folder with a short path.
    """

    def __init__(self, *, folder: Path, sockets: Path, durable: bool = True) -> None:
        self._folder = folder
        self._data = folder / "data"
        self._sockets = sockets / "postgres"
        self._durable = durable
        self._launcher = Launcher()

    def url(self, database: str = DATABASE) -> str:
        """Return the URL of a database on this server."""
        return f"postgresql://{USER}@/{database}?host={self._sockets}"

    def make_folders(self) -> None:
        """Make what the server needs before its first program runs, owned by the user it will run as."""
        for folder in (self._folder, self._sockets):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._launcher = choose_launcher(self._folder)
        if self._launcher.user is not None:
            self._sockets.parent.chmod(0o711)
            for folder in (self._folder, self._sockets):
                os.chown(folder, self._launcher.user, -1)
            _require_access(self._folder, self._launcher.user)

    def initdb(self) -> Service | None:
        """Return the command that makes the data folder, or None where there is one. `adopt_data` completes it."""
        if (self._data / "PG_VERSION").exists():
            self._require_same_version()
            return None
        shutil.rmtree(self._draft, ignore_errors=True)
        options = ["--username", USER, "--auth-local=trust", "--auth-host=reject", "--encoding=UTF8", "--locale=C"]
        options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"]
        options += [] if self._durable else ["--no-sync"]
        return self._service("initdb", (postgres_binary("initdb"), "-D", str(self._draft), *options))

    def adopt_data(self) -> None:
        """Take what initdb made: only a complete data folder ever has its final name."""
        if self._draft.exists():
            self._draft.rename(self._data)

    def service(self) -> Service:
        """Return the server as a service."""
        settings = {**_SETTINGS, "unix_socket_directories": f'"{self._sockets}"'}
        if not self._durable:
            settings |= _VOLATILE
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return self._service("postgres", (postgres_binary("postgres"), "-D", str(self._data), *options))

    def ensure_database(self, database: str = DATABASE) -> None:
        """Create the shop's database where it is missing."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))

    def is_ready(self) -> bool:
        """Tell whether the server answers queries: started, and recovered from a crash."""
        return can_query(self.url("postgres"))

    def clear_stale_pid_file(self) -> None:
        """Deal with the pid file of a server that was killed.

        PostgreSQL refuses to start while the pid in it lives, whoever has that pid by now. A server of this very
        data folder is stopped; another process is left alone and the file removed.
        """
        path = self._data / "postmaster.pid"
        try:
            pid = int(path.read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return
        identity = identify(pid)
        if identity is not None and self._serves_this_data(pid):
            stop_identities([identity], number=signal.SIGINT, seconds=60)
        path.unlink(missing_ok=True)

    @property
    def _draft(self) -> Path:
        return self._folder / "data.unfinished"

    def _serves_this_data(self, pid: int) -> bool:
        with suppress(psutil.Error, OSError):
            process = psutil.Process(pid)
            return process.name() == "postgres" and Path(process.cwd()).samefile(self._data)
        return False

    def _service(self, name: str, command: tuple[str, ...]) -> Service:
        server = name == "postgres"
        return Service(
            name=name,
            command=(*self._launcher.prefix, *command),
            environment={"PATH": os.defpath, "LC_ALL": "C"},
            folder=self._folder,
            is_ready=self.is_ready,
            before_start=self.clear_stale_pid_file,
            stop_signal=signal.SIGINT if server else signal.SIGTERM,
            stop_seconds=60,
            lists_workers=False,
            user=self._launcher.user,
        )

    def _require_same_version(self) -> None:
        found = (self._data / "PG_VERSION").read_text().strip()
        words = subprocess.run([postgres_binary("postgres"), "--version"], capture_output=True, text=True, check=True)
        ours = words.stdout.split()[2].split(".")[0]
        if found != ours:
            raise StartError(
                f"The data in {self._data} was made by PostgreSQL {found} and this is {ours}: "
                "start with --state DIR for a new shop, or move the data with pg_dump."
            )


def can_query(url: str) -> bool:
    """Tell whether the server behind `url` answers a query now."""
    try:
        with psycopg.connect(url, connect_timeout=2, autocommit=True) as connection:
            return connection.execute("SELECT 1").fetchone() == (1,)
    except psycopg.Error:
        return False


def choose_launcher(folder: Path) -> Launcher:
    """Return how this user can run PostgreSQL; StartError in one sentence where it cannot."""
    if os.geteuid() != 0:
        return Launcher()
    unshare = shutil.which("unshare", path=os.defpath + ":/usr/sbin:/sbin")
    if unshare and _succeeds([unshare, *_MAP_USER, postgres_binary("postgres"), "--version"], user=None):
        return Launcher(prefix=(unshare, *_MAP_USER))
    try:
        nobody = pwd.getpwnam("nobody").pw_uid
    except KeyError:
        raise _cannot_run_as_root(folder) from None
    if not _succeeds([postgres_binary("postgres"), "--version"], user=nobody):
        raise _cannot_run_as_root(Path(postgres_binary("postgres")).parent)
    return Launcher(user=nobody)


def _require_access(folder: Path, user: int) -> None:
    if not _succeeds(["test", "-w", str(folder)], user=user):
        raise _cannot_run_as_root(folder)


def _cannot_run_as_root(folder: Path) -> StartError:
    return StartError(
        "PostgreSQL does not run as root, this system allows root no user namespace, and the user nobody may not "
        f"enter {folder}: start bin/up as an ordinary user, or give a server of your own in DATABASE_URL."
    )


def _succeeds(command: list[str], *, user: int | None) -> bool:
    try:
        ended = subprocess.run(command, capture_output=True, user=user, cwd="/", check=False, timeout=30)
    except (OSError, subprocess.SubprocessError):
        return False
    return ended.returncode == 0
