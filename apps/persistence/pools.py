"""Connection pools."""

from __future__ import annotations

import select
from typing import Any

from psycopg import Connection
from psycopg_pool import ConnectionPool


def check_connection(connection: Connection[Any]) -> None:
    """Raise where the server has hung up on a pooled connection; ask the server only where it has sent something unasked.

    A server that ends a session says so or closes the socket, which then can be read. The round trip of the pool's own check would be
    paid by every request.
    """
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    if poll.poll(0):
        ConnectionPool.check_connection(connection)
