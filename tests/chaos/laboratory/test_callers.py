"""A buyer's log: every attempt has two lines, and what nobody knows the end of is asked again under the same key."""

import json
import random
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.shop.client import Client

DIES, BUSY, BROKEN, PLACED, SOLD_OUT = (
    "dies",
    (409, "idempotency_key_in_use"),
    (500, "error"),
    (201, ""),
    (409, "insufficient_stock"),
)


@pytest.fixture
def shop():
    """A server that answers as the list `script` says, and keeps the keys it was sent."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.server.keys.append(self.headers["Idempotency-Key"])
            answer = self.server.script.pop(0)
            if answer == DIES:
                self.connection.shutdown(socket.SHUT_RDWR)  # closing it alone leaves it open: two files hold it
                self.close_connection = True
                return
            body = json.dumps({"id": "order-1"} if answer is PLACED else {"code": answer[1]}).encode()
            self.send_response(answer[0])
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.keys, server.script = [], []
    server.handle_error = lambda *_: None
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def place(laboratory, shop, tmp_path):
    """Return a function that orders from a shop with that script and returns the answer and the log."""
    module = laboratory("caller")

    def run(*script):
        shop.script[:] = script
        log = laboratory("folder").Lines(tmp_path / "buyers.jsonl")
        client = Client(f"http://127.0.0.1:{shop.server_port}")
        caller = module.Caller("buyer-1", client=client, log=log, dice=random.Random(1), ended=threading.Event())
        answer = caller.insist(
            module.Call(operation="place", method="POST", path="/orders", body={}, key="key", cart="cart-1")
        )
        log.close()
        return answer, [*laboratory("folder").read_lines(tmp_path / "buyers.jsonl")]

    return run


@pytest.mark.slow
def test_dead_connection_and_broken_answer_are_unknown_and_asked_again_under_the_key(place, shop):
    answer, log = place(DIES, BROKEN, PLACED)

    assert answer.status == 201
    assert shop.keys == ["key"] * 3
    assert [line["phase"] for line in log] == ["invoke", "unknown", "invoke", "unknown", "invoke", "ok"]
    assert len({line["call"] for line in log}) == 3
    assert (log[-1]["order"], log[-1]["cart"], log[-1]["status"]) == ("order-1", "cart-1", 201)
    assert "error" in log[1]


def test_answer_to_come_later_is_refused_and_asked_again(place, shop):
    answer, log = place(BUSY, PLACED)

    assert answer.status == 201
    assert [line["phase"] for line in log] == ["invoke", "refused", "invoke", "ok"]


def test_refusal_is_taken_for_an_answer(place, shop):
    answer, log = place(SOLD_OUT)

    assert answer.status == 409
    assert [line["phase"] for line in log] == ["invoke", "refused"]
    assert log[-1]["order"] is None
