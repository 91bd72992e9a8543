"""Ports on loopback: is one free, which three are."""

from __future__ import annotations

import random
import socket
from collections.abc import Mapping

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
    """Return the first of `size` consecutive free ports."""
    for first in random.sample(_SEARCH, k=len(_SEARCH)):
        if all(is_free(first + offset) for offset in range(size)):
            return first
    raise StartError(f"No {size} consecutive ports are free between {_SEARCH.start} and {_SEARCH.stop}.")
