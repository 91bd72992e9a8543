"""The roles a process of the shop can have: how each is started, what it needs and when it is ready.

`bin/up` starts them under its supervisor, a container runs one of them through `ecommerce.serve`; both ask here.
"""

from __future__ import annotations

import http.client
import socket
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlsplit

import redis

from ecommerce.profiles import Profile, Surface

LOOPBACK: Final = "127.0.0.1"
# Where shoppers and the work behind their orders share a machine, an answer comes first.
_BEHIND: Final = (sys.executable, "-I", "-S", str(Path(__file__).with_name("behind.py")))
# Above the three minutes after which even a busy worker without a canary ends itself.
_CANARY_SECONDS: Final = 240.0


class Role(StrEnum):
    """What one process does."""

    WEB = "web"
    SOCKETS = "sockets"
    WORKER = "worker"
    RELAY = "relay"
    BEAT = "beat"


# How long each may take to stop. A warm stop of the worker lets the task under way commit.
STOP_SECONDS: Final = {Role.WEB: 15.0, Role.SOCKETS: 15.0, Role.WORKER: 60.0, Role.RELAY: 10.0, Role.BEAT: 10.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a process runs: the address it listens on, a folder to write to, its broker, the shop's URL.

    `number` tells apart what shares a folder: it is 1 for the first process of its role there.
    """

    host: str
    port: int
    folder: Path
    broker: str
    storefront: str
    number: int = 1

    @property
    def suffix(self) -> str:
        """What the names of a second process and those after it end in."""
        return "" if self.number == 1 else f"-{self.number}"

    @property
    def canary_queue(self) -> str:
        """The queue that this worker alone takes its canaries from: one that another worker took would prove nothing here."""
        return f"canary.{socket.gethostname()}{self.suffix}"

    @property
    def worker_ready(self) -> Path:
        """The file a worker makes once it consumes; its canary lies beside it."""
        return self.folder / f"worker{self.suffix}.ready"

    @property
    def worker_canary(self) -> Path:
        """The file a worker touches whenever something came to it from the broker."""
        return self.worker_ready.with_suffix(".canary")

    @property
    def beat_schedule(self) -> Path:
        """The file in which beat notes what it sent when."""
        return self.folder / "beat-schedule"


def roles_of(profile: Profile) -> tuple[Role, ...]:
    """Return the roles that a shop of this profile consists of."""
    serving = (Role.WEB,) if profile.surfaces - {Surface.SOCKETS} else ()
    live = (Role.SOCKETS,) if Surface.SOCKETS in profile.surfaces else ()
    working = (Role.WORKER, Role.RELAY, Role.BEAT) if profile.queues else ()
    return (*serving, *live, *working)


def command_of(role: Role, *, profile: Profile, place: Place) -> tuple[str, ...]:
    """Return the command line of a role."""
    pools = profile.pools
    match role:
        case Role.WEB:
            sizes = ("--workers", str(pools.web_workers), "--blocking-threads", str(pools.web_threads))
            target = ("ecommerce.web", "--interface", "wsgi", "ecommerce.wsgi:application")
            return _granian(*target, place=place, extra=(*sizes, "--no-ws"))
        case Role.SOCKETS:
            target = ("granian", "--interface", "asgi", "ecommerce.asgi:application")
            return _granian(*target, place=place, extra=("--workers", "1"))
        case Role.WORKER:
            name, queues = f"shop{place.suffix}@%h", ",".join((*profile.queues, place.canary_queue))
            work = ("worker", "--hostname", name, "--queues", queues, "--concurrency", str(pools.worker_processes))
            quiet = ("--loglevel", "INFO", "--without-gossip", "--without-mingle")
            return (*_BEHIND, *_celery("ecommerce.worker", broker=place.broker), *work, *quiet)
        case Role.RELAY:
            return (*_BEHIND, *_python("manage.py", "relay"))
        case Role.BEAT:
            schedule = ("beat", "--schedule", str(place.beat_schedule), "--pidfile=", "--loglevel", "INFO")
            return (*_celery("ecommerce", broker=place.broker), *schedule)


def environment_of(role: Role, *, profile: Profile, place: Place) -> dict[str, str]:
    """Return what a role's environment has besides the shop's settings."""
    # A web process has a fixed number of threads, each with its connection; a sockets process has as many as it needs. Nobody
    # opens a pool before a fork. With two arenas instead of eight per core, glibc gives back what threads took in turn.
    own = {"DATABASE_POOL_SIZE": str(profile.pools.database) if role is Role.SOCKETS else "0", "MALLOC_ARENA_MAX": "2"}
    if role is Role.WORKER:
        own |= {"SHOP_WORKER_READY_FILE": str(place.worker_ready), "SHOP_WORKER_CANARY_QUEUE": place.canary_queue}
    return own


def forget_readiness(role: Role, *, place: Place) -> None:
    """Remove what an earlier process of this role left in its folder to say that it was ready."""
    if role is Role.WORKER:
        for path in (place.worker_ready, place.worker_canary):
            path.unlink(missing_ok=True)


def is_ready(role: Role, *, place: Place) -> bool:
    """Tell whether the process of this role and place does its work now."""
    match role:
        case Role.WEB | Role.SOCKETS:
            return answers_http(port=place.port, path="/health/ready", host=urlsplit(place.storefront).netloc)
        case Role.WORKER:
            return place.worker_ready.exists() and _is_fresh(place.worker_canary)
        case Role.RELAY:
            # Between two rounds it listens for a poke.
            return has_waiting_client(place.broker, command="blpop")
        case Role.BEAT:
            return any(place.folder.glob(f"{place.beat_schedule.name}*"))


def answers_http(*, port: int, path: str, host: str) -> bool:
    """Tell whether `path` on this loopback port answers 200 within two seconds."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=2)
    try:
        connection.request("GET", path, headers={"Host": host})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def has_waiting_client(url: str, *, command: str) -> bool:
    """Tell whether some client of the server behind `url` waits in `command`; True where the server will not say."""
    client = redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
    try:
        return any(entry["cmd"] == command for entry in client.client_list())
    except redis.ResponseError:
        return True
    except (redis.RedisError, OSError):
        return False
    finally:
        client.close()


def _is_fresh(canary: Path) -> bool:
    # The first canary comes a moment after the worker is ready.
    return not canary.exists() or time.time() - canary.stat().st_mtime < _CANARY_SECONDS


def _granian(*target: str, place: Place, extra: Sequence[str]) -> tuple[str, ...]:
    command = _python("-m", *target)
    command += ("--host", place.host, "--port", str(place.port), "--http", "1", "--backlog", "2048")
    command += ("--respawn-failed-workers", "--respawn-interval", "0.2")
    return (*command, "--workers-kill-timeout", "8", "--no-access-log", *extra)


def _celery(application: str, *, broker: str) -> tuple[str, ...]:
    command = _python("-m", "celery", "-A", application)
    parts = urlsplit(broker)
    if parts.scheme != "unix":
        return command
    # Celery's command line prefers BROKER_URL of the environment to the settings, and spells sockets differently.
    database = dict(parse_qsl(parts.query)).get("db", "0")
    return (*command, "--broker", f"redis+socket://{parts.path}?virtual_host={database}")


def _python(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, *arguments)
