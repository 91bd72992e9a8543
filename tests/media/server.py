"""A web server that behaves as badly as it is told to."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Answer = Callable[[socket.socket], None]


@dataclass
class Server:
    """Listens on loopback; `answers` by path, `asked` is what was asked for."""

    port: int
    answers: dict[str, Answer]
    asked: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def url(self, path: str, *, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"


def reply(body: bytes = b"", *, status: str = "200 OK", **headers: str) -> Answer:
    """Answer at once; `headers` with underscores."""
    lines = {"Content-Length": str(len(body)), **{name.replace("_", "-"): value for name, value in headers.items()}}

    def answer(client: socket.socket) -> None:
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value)
        client.sendall(f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body)

    return answer


def redirect(to: str) -> Answer:
    return reply(status="302 Found", Location=to)


def drip(first: bytes, then: bytes = b"x", *, every: float = 0.05) -> Answer:
    """Begin, then send a byte now and then for ever."""

    def answer(client: socket.socket) -> None:
        client.sendall(first)
        while True:
            time.sleep(every)
            client.sendall(then)

    return answer


def silence(client: socket.socket) -> None:
    """Say nothing until the other side leaves."""
    with suppress(OSError):
        client.recv(1)


@contextmanager
def serving(answers: Mapping[str, Answer]) -> Iterator[Server]:
    """Run the server."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Server(port=listener.getsockname()[1], answers=dict(answers))

        def accept() -> None:
            with suppress(OSError):
                while True:
                    client, _ = listener.accept()
                    threading.Thread(target=_serve, args=(server, client), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        try:
            yield server
        finally:
            # Wakes the thread that waits in accept().
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)


def _serve(server: Server, client: socket.socket) -> None:
    with suppress(OSError), client:
        request = b""
        while b"\r\n\r\n" not in request and (received := client.recv(65_536)):
            request += received
        path = request.split(b" ")[1].decode()
        server.asked.append(path)
        server.requests.append(request.decode())
        server.answers.get(path, reply(status="404 Not Found"))(client)
