"""The proxy between shop and provider: whole, late, cut, swallowed."""

import socket
import threading
import time
from contextlib import closing

import pytest

from ecommerce.local.ports import find_free_block


@pytest.fixture
def echo():
    """A server that says back what it is told, as long as the other side listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=answer, args=[connection], daemon=True).start()

        def answer(connection):
            with closing(connection):
                try:
                    while data := connection.recv(1000):
                        connection.sendall(data)
                except OSError:
                    return

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def proxy(laboratory, echo):
    made = laboratory("proxy").Proxy(port=find_free_block(size=1), target_port=echo)
    yield made
    made.close()


def connect(proxy, seconds=20.0):
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=seconds)


def test_bytes_pass_both_ways(proxy):
    with connect(proxy) as connection:
        connection.sendall(b"hello")

        assert connection.recv(100) == b"hello"


def test_late_bytes_arrive_whole_and_not_before_their_time(laboratory, proxy):
    proxy.become(laboratory("proxy").Mode.LATE, seconds=0.3)

    with connect(proxy) as connection:
        started = time.monotonic()
        connection.sendall(b"hello")

        assert connection.recv(100) == b"hello"
    assert time.monotonic() - started >= 0.6  # there and back


def test_reset_cuts_what_stands_and_what_comes(laboratory, proxy):
    with connect(proxy) as standing:
        standing.sendall(b"hello")
        standing.recv(100)

        proxy.become(laboratory("proxy").Mode.RESET)

        with pytest.raises(ConnectionError):
            _talk(standing)
    with pytest.raises(ConnectionError), connect(proxy) as late:
        _talk(late)


def _talk(connection):
    for _ in range(20):
        connection.sendall(b"anybody?")
        if connection.recv(100) == b"":
            raise ConnectionResetError


def test_black_hole_swallows_and_cuts_when_it_ends(laboratory, proxy):
    mode = laboratory("proxy").Mode
    with connect(proxy, seconds=0.5) as connection:
        connection.sendall(b"hello")
        connection.recv(100)
        proxy.become(mode.BLACK_HOLE)
        connection.sendall(b"lost")

        with pytest.raises(TimeoutError):
            connection.recv(100)
        proxy.become(mode.PASS)
        connection.settimeout(20)

        with pytest.raises(ConnectionError):
            _talk(connection)
    with connect(proxy) as fresh:
        fresh.sendall(b"again")

        assert fresh.recv(100) == b"again"
