"""HTTP/1.1 on threads of the standard library: enough control to hang or reset a connection on purpose."""

from __future__ import annotations

import socket
import struct
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from .errors import server_error

MAX_BODY = 1_000_000
KEEP_ALIVE_SECONDS = 120
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Fate(Enum):
    """What becomes of an answer on the wire."""

    SENT = "sent"
    NEVER_SENT = "never sent"
    RESET = "reset"


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: str
    headers: Message
    body: bytes

    def header(self, name: str) -> str | None:
        return self.headers.get(name)


@dataclass
class Response:
    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    fate: Fate = Fate.SENT
    seconds: float = 0.0  # how long a connection hangs before it closes unanswered


Application = Callable[[Request], Response]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "payment-sandbox"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = KEEP_ALIVE_SECONDS
    server: Server

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):  # every method goes one way; the application answers 404 or 405
            return self._serve
        raise AttributeError(name)

    def _serve(self) -> None:
        body = self._read_body()
        if body is None:
            self._send(Response(413, b"The body is larger than 1 MB."))
            self.close_connection = True
            return
        parts = urlsplit(self.path)
        request = Request(self.command, parts.path, parts.query, self.headers, body)
        try:
            response = self.server.application(request)
        except Exception:
            sys.stderr.write(f"{self.command} {parts.path}: {traceback.format_exc()}")
            headers = {"Content-Type": "application/json"}
            response = Response(500, server_error().body(), headers)
        self._conclude(response)

    def _conclude(self, response: Response) -> None:
        if response.fate is Fate.SENT:
            self._send(response)
            return
        self.close_connection = True
        if response.fate is Fate.NEVER_SENT:
            time.sleep(response.seconds)
        else:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)

    def _read_body(self) -> bytes | None:
        length = self.headers.get("Content-Length", "0")
        size = int(length) if length.isdigit() else 0
        return self.rfile.read(size) if size <= MAX_BODY else None

    def _send(self, response: Response) -> None:
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: what happened is in the ledger, not in a log."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512
    allow_reuse_address = True

    def __init__(self, host: str, port: int) -> None:
        super().__init__((host, port), _Handler)
        self.application: Application = _not_ready

    def shutdown_request(self, request: Any) -> None:
        """Close; a connection marked for a reset gets no orderly FIN before it."""
        linger = request.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, len(_RESET_ON_CLOSE))
        if linger == _RESET_ON_CLOSE:
            self.close_request(request)
        else:
            super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no news; anything else is."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


def _not_ready(_: Request) -> Response:
    return Response(503)
