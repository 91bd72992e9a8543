"""Somebody who calls the shop: every attempt is logged when it begins and when it ends, and is repeated under its key."""

from __future__ import annotations

import http.client
import random
import threading
import time
import uuid
from dataclasses import dataclass
from typing import Any

from laboratory.folder import Lines
from tests.shop.client import Answer, Client

PATIENCE_SECONDS = 120.0
# What the shop asks to be tried again.
_LATER = frozenset({"idempotency_key_in_use", "payment_in_progress", "cart_busy", "stock_busy", "too_many_requests"})
_CONNECTION_ERRORS = (OSError, http.client.HTTPException)


@dataclass(frozen=True, kw_only=True)
class Call:
    """What is asked of the shop, however often it must be asked."""

    operation: str
    method: str
    path: str
    body: Any = None
    key: str | None = None
    cart: str | None = None
    order: str | None = None
    request: dict[str, Any] | None = None
    token: str = ""

    def headers(self) -> dict[str, str]:
        headers = {"Idempotency_Key": self.key} if self.key else {}
        return headers | ({"Order_Token": self.token} if self.token else {})


class Caller:
    """One connection with its log. `ended` makes everybody give up."""

    def __init__(self, name: str, *, client: Client, log: Lines, dice: random.Random, ended: threading.Event) -> None:
        self.name, self.client, self.dice = name, client, dice
        self._log, self._ended = log, ended

    def twin(self) -> Caller:
        """Return the same person in another tab."""
        client = Client(self.client.base, token=self.client.token, cart_token=self.client.cart_token)
        return Caller(
            self.name, client=client, log=self._log, dice=random.Random(self.dice.random()), ended=self._ended
        )

    def attempt(self, call: Call) -> Answer | None:
        """Send a call once; None where nobody knows what became of it."""
        call_id = uuid.uuid4().hex
        common = {"buyer": self.name, "call": call_id, "operation": call.operation, "key": call.key, "cart": call.cart}
        self._log.write(at=time.time(), phase="invoke", order=call.order, request=call.request, **common)
        answer, error = self._send(call)
        body = _decode(answer)
        phase = "unknown" if answer is None or answer.status >= 500 else "ok" if answer.status < 400 else "refused"
        is_placed = call.operation == "place" and phase == "ok" and isinstance(body, dict)
        order = call.order or (body.get("id") if is_placed else None)
        status = answer.status if answer else None
        self._log.write(at=time.time(), phase=phase, order=order, status=status, body=body, error=error, **common)
        return None if phase == "unknown" else answer

    def insist(self, call: Call, *, seconds: float = PATIENCE_SECONDS) -> Answer | None:
        """Repeat a call under its key until it is decided; None where patience ended first."""
        deadline = time.monotonic() + seconds
        while True:
            answer = self.attempt(call)
            if answer is not None and not is_for_later(answer):
                return answer
            if time.monotonic() > deadline or self._ended.is_set():
                return None
            time.sleep(self.dice.uniform(0.3, 1.0))

    def prepare(self, method: str, path: str, body: Any = None, *, seconds: float = PATIENCE_SECONDS) -> Any:
        """Repeat what need not be logged (carts, quotes); return the decoded answer, None where it was refused or took too long."""
        deadline = time.monotonic() + seconds
        call = Call(operation="", method=method, path=path, body=body)
        while time.monotonic() < deadline and not self._ended.is_set():
            answer, _ = self._send(call)
            if answer is not None and answer.status < 500 and not is_for_later(answer):
                return _decode(answer) if answer.status < 400 else None
            time.sleep(self.dice.uniform(0.3, 1.0))
        return None

    def _send(self, call: Call) -> tuple[Answer | None, str | None]:
        try:
            return self.client.call(call.method, call.path, call.body, **call.headers()), None
        except _CONNECTION_ERRORS as error:
            self.client.close()
            return None, f"{type(error).__name__}: {error}"


def is_for_later(answer: Answer) -> bool:
    """Tell whether the shop asks for the same call again."""
    return answer.status == 429 or code_of(answer) in _LATER


def code_of(answer: Answer | None) -> str:
    """Return the code of a refusal, "" where there is none."""
    body = _decode(answer)
    return str(body.get("code", "")) if isinstance(body, dict) else ""


def _decode(answer: Answer | None) -> Any:
    try:
        return answer.body if answer else None
    except ValueError:
        return None
