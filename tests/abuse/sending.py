"""Requests as data, so that they can be mutated and sent again, and what every answer must be whatever was sent."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.test import Client

from tests.sentinel import Sentinel

_CODE = re.compile(r"[a-z][a-z0-9_]*")
# What is wrong with the whole request rather than with a field of it.
_WITHOUT_FIELD = {"malformed_body", "idempotency_key_required", "malformed_request"}
_APPS = ("checkout_", "orders_", "inventory_", "payments_")
# When a provider was last asked and under which key is no part of what a payment is.
_BOOKKEEPING = ("checked_at", "observed_at", "confirmation", "closings", "client")


@dataclass(frozen=True)
class Request:
    """One request to the API; `body` is sent as JSON unless it is bytes."""

    method: str
    path: str
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"

    @property
    def content(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return b"" if self.body is None else json.dumps(self.body).encode("utf-8", "surrogatepass")


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def is_refusal(self) -> bool:
        return self.status >= 400

    @property
    def body(self) -> Any:
        return json.loads(self.content) if self.content else None


def send(request: Request) -> Answer:
    """Send a request to this process; what a view raises comes back as its 500."""
    client = Client(raise_request_exception=False)
    response = client.generic(
        request.method, request.path, request.content, content_type=request.content_type, headers=dict(request.headers)
    )
    return Answer(response.status_code, {name.lower(): value for name, value in response.items()}, response.content)


def faults_of(request: Request, answer: Answer) -> list[str]:
    """Return what is wrong with an answer, whatever the request was: nothing, it should be."""
    if answer.status >= 500 and answer.status != 503:
        return [f"{answer.status}"]
    return _faults_of_refusal(answer) if answer.is_refusal and request.method != "HEAD" else []


def _faults_of_refusal(answer: Answer) -> list[str]:
    if answer.headers.get("content-type") != "application/problem+json":
        return [f"refused as {answer.headers.get('content-type')}"]
    body, faults = answer.body, []
    if body.get("status") != answer.status:
        faults.append("another status in the body")
    if not body.get("detail") or not _CODE.fullmatch(body.get("code", "")):
        faults.append("no detail or no code")
    if answer.status == 400:
        faults += _faults_of_fields(body)
    needed = {401: "www-authenticate", 405: "allow", 429: "retry-after", 503: "retry-after"}.get(answer.status)
    if needed and not answer.headers.get(needed):
        faults.append(f"no {needed}")
    return faults


def _faults_of_fields(body: Any) -> list[str]:
    told = body.get("errors") or []
    if not told and body["code"] not in _WITHOUT_FIELD:
        return ["no field is named"]
    return [f"{fault} says too little" for fault in told if not (fault["field"] and fault["code"] and fault["detail"])]


def everything() -> dict[str, str]:
    """Return a sum over all rows of each table of carts, orders, stock and payments: equal sums, nothing changed."""
    tables = [name for name in connection.introspection.table_names() if name.startswith(_APPS)]
    without = "".join(f" - '{name}'" for name in _BOOKKEEPING)
    sums = ", ".join(
        f"(SELECT count(*) || ':' || coalesce(sum(hashtextextended((to_jsonb(t){without})::text, 0)), 0) FROM {name} t)"
        for name in tables
    )
    Sentinel.paused = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {sums}")
            return dict(zip(tables, cursor.fetchone(), strict=True))
    finally:
        Sentinel.paused = False
