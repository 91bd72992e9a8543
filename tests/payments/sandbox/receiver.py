"""A webhook endpoint that records what arrives and answers as told."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import stripe


@dataclass(frozen=True)
class Received:
    body: bytes
    signature: str
    at: float

    @property
    def event(self) -> dict[str, Any]:
        event: dict[str, Any] = json.loads(self.body)
        return event


class Receiver:
    def __init__(self) -> None:
        self.received: list[Received] = []
        self.statuses: list[int] = []  # answers to give next, then 200
        self.verifies_with: str | None = None  # answer 400 to what this secret did not sign
        self.url = ""

    def answer(self, received: Received) -> int:
        self.received.append(received)
        if self.verifies_with is not None:
            try:
                stripe.WebhookSignature.verify_header(received.body, received.signature, self.verifies_with, 300)
            except stripe.SignatureVerificationError:
                return 400
        return self.statuses.pop(0) if self.statuses else 200

    def events(self, kind: str) -> list[Received]:
        return [each for each in self.received if each.event["type"] == kind]

    def wait_for(self, kind: str, *, count: int = 1, seconds: float = 10) -> list[Received]:
        """The deliveries of `kind` once there are `count`; fails when they do not come."""
        wait_until(lambda: len(self.events(kind)) >= count, seconds=seconds, what=f"{count} x {kind}")
        return self.events(kind)


def wait_until(holds: Callable[[], bool], *, seconds: float = 10, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.01)


@contextmanager
def start_receiver(*, port: int = 0) -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(receiver.answer(Received(body, self.headers["Stripe-Signature"], time.time())))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
