"""Ports on loopback: is one free, which three are."""

from __future__ import annotations

import contextlib
import fcntl
import os
import random
import socket
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from ecommerce.local.errors import StartError

HOST = "127.0.0.1"
# Below the range that Linux and macOS hand to outgoing connections, so that none of those takes one meanwhile.
_SEARCH = range(20_000, 31_990, 3)


def is_free(port: int) -> bool:
    """Tell whether a server could listen on `port` of the loopback address now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
            probe.listen(1)
        except OSError:
            return False
        return True


def require_free(ports: Mapping[str, int]) -> None:
    """Raise StartError naming the first taken port, whose it would be and the option that moves it."""
    for name, port in ports.items():
        if not 1 <= port <= 65_535:
            raise StartError(f"Port {port} ({name}) is not between 1 and 65535: choose another with --port N.")
        if not is_free(port):
            raise StartError(
                f"Port {port} ({name}) is taken or not allowed: choose another with --port N; "
                "N serves the shop, N+1 its WebSockets, N+2 the payment sandbox."
            )


def find_free_block(*, size: int = 3) -> int:
    """Return the first of `size` consecutive free ports, and give none of them to anybody else while this process lives.

    Their servers listen much later. Meanwhile each port is locked: a byte of a file, since the system frees it with the process.
    """
    for first in random.sample(_SEARCH, k=len(_SEARCH)):
        block = range(first, first + size)
        if _given.isdisjoint(block) and all(map(is_free, block)) and _lock(block):
            _given.update(block)
            return first
    raise StartError(f"No {size} consecutive ports are free between {_SEARCH.start} and {_SEARCH.stop}.")


# A process does not see its own locks.
_given: set[int] = set()


def _lock(block: range) -> bool:
    with contextlib.suppress(BlockingIOError):
        fcntl.lockf(_open_locks(), fcntl.LOCK_EX | fcntl.LOCK_NB, len(block), block.start)
        return True
    return False


@cache
def _open_locks() -> int:
    path = Path(tempfile.gettempdir()) / f"shop-ports-{os.getuid()}"
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, mode=0o600)
