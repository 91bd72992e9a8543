"""The two embedded Valkey servers: a cache that may forget, and state that may not evict."""

from __future__ import annotations

import os
import shutil
import signal
from dataclasses import dataclass
from pathlib import Path

import redis

from ecommerce.local.binaries import valkey_binary
from ecommerce.local.service import Service

_CACHE = ("--save", "", "--appendonly", "no", "--maxmemory", "128mb", "--maxmemory-policy", "allkeys-lfu")
_STATE = ("--save", "", "--appendonly", "yes", "--appendfsync", "everysec", "--maxmemory-policy", "noeviction")


@dataclass(frozen=True, slots=True, kw_only=True)
class Valkey:
    """One server on a UNIX socket in a 0700 folder; `keeps` says whether its content survives a restart."""

    name: str
    folder: Path
    sockets: Path
    keeps: bool

    @property
    def url(self) -> str:
        """Return the URL of its first database."""
        return f"unix://{self._socket}?db=0"

    def service(self) -> Service:
        """Return the server as a service."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        listen = ("--port", "0", "--unixsocket", str(self._socket), "--unixsocketperm", "700")
        return Service(
            name=self.name,
            command=(valkey_binary(), *listen, "--dir", str(self.folder), *(_STATE if self.keeps else _CACHE)),
            environment={"PATH": os.defpath, "LC_ALL": "C"},
            folder=self.folder,
            is_ready=self.is_ready,
            after_failed_start=self._set_broken_file_aside,
            stop_signal=signal.SIGTERM,
            stop_seconds=20,
            lists_workers=False,
        )

    def is_ready(self) -> bool:
        """Tell whether it answers: started, and its append-only file read."""
        return can_ping(self.url)

    def _set_broken_file_aside(self, lines: list[str]) -> None:
        # A power cut may leave the append-only file unreadable. It holds wake-ups, limits and locks: an empty one
        # costs time, never an order.
        if any("Bad file format reading the append only file" in line for line in lines):
            broken = self.folder / "appendonlydir.broken"
            shutil.rmtree(broken, ignore_errors=True)
            (self.folder / "appendonlydir").rename(broken)

    @property
    def _socket(self) -> Path:
        return self.sockets / f"{self.name}.sock"


def can_ping(url: str) -> bool:
    """Tell whether the server behind `url` answers now."""
    client = redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
    try:
        return bool(client.ping())
    except (redis.RedisError, OSError):
        return False
    finally:
        client.close()
