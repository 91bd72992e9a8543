"""Idempotent requests: `Idempotency-Key` required, one at a time, the first answer kept and replayed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, Final

import orjson
from django.http import HttpResponse
from rest_framework.request import Request

from apps.kernel.errors import Declined
from apps.messaging import api as messaging
from apps.messaging.api import IdempotencyScope, StoredAnswer
from apps.web.errors import IdempotencyKeyRequired
from apps.web.problems import PROBLEM_TYPE, from_error
from apps.web.views import reply

Method = Callable[..., HttpResponse]
_STORED_MARK: Final = "_is_stored_answer"
_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")
_KEY_RULE: Final = "The header Idempotency-Key must have 1 to 255 visible ASCII characters."


def idempotent(
    *, app: str, caller: Callable[[Request], str], one_per_caller: bool = False
) -> Callable[[Method], Method]:
    """Decorate a view method so that repeats of a request get the first answer.

    `app` owns the database that keeps the answers; `caller` says whose key it is ("customer:<id>", "cart:<hash>"); with
    `one_per_caller` that caller's requests take turns also where their keys differ. The method finds the scope as
    `request.idempotency_scope`. An answer that its command stored in its own transaction is returned through `answer_of`; any
    other 2xx or 402 is stored afterwards. Other answers are not, so that a repeat tries again.
    """

    def decorate(method: Method) -> Method:
        @wraps(method)
        def run(self: Any, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
            scope = _scope_of(request, caller=caller)
            with messaging.exclusive(scope, app=app, of_caller=one_per_caller) as stored:
                if stored:
                    return answer_of(stored, replayed=True)
                vars(request)["idempotency_scope"] = scope
                response = _answer(method, self, request, *args, **kwargs)
                if _is_kept(response):
                    messaging.store_answer(scope, _stored(response), app=app)
                return response

        vars(run)["is_idempotent"] = True
        return run

    return decorate


def answer_of(stored: StoredAnswer, *, replayed: bool = False) -> HttpResponse:
    """Return a stored answer as a response, marked `Idempotent-Replayed: true` where it is a repeat."""
    response = reply(stored.body, status=stored.status, headers=stored.headers)
    if stored.status >= HTTPStatus.BAD_REQUEST:
        response["Content-Type"] = PROBLEM_TYPE
    if replayed:
        response["Idempotent-Replayed"] = "true"
    setattr(response, _STORED_MARK, True)
    return response


def _answer(method: Method, view: Any, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
    try:
        return method(view, request, *args, **kwargs)
    except Declined as declined:
        return from_error(declined, instance=request.path)


def _scope_of(request: Request, *, caller: Callable[[Request], str]) -> IdempotencyScope:
    key = read_idempotency_key(request)
    if not key:
        raise IdempotencyKeyRequired(_KEY_RULE)
    route = f"{request.method} {request.path}"
    body = orjson.dumps(request.data, option=orjson.OPT_SORT_KEYS)
    fingerprint = hashlib.sha256(route.encode() + b"\x1f" + body).hexdigest()
    return IdempotencyScope(caller=caller(request), route=route, key=key, fingerprint=fingerprint)


def read_idempotency_key(request: Request) -> str:
    """Return the header's key, "" where there is none; raises IdempotencyKeyRequired for one that cannot be a key."""
    key = request.headers.get("Idempotency-Key", "")
    if key and not _KEY.fullmatch(key):
        raise IdempotencyKeyRequired(_KEY_RULE)
    return key


def _is_kept(response: HttpResponse) -> bool:
    good = HTTPStatus.OK <= response.status_code < HTTPStatus.MULTIPLE_CHOICES
    return (good or response.status_code == HTTPStatus.PAYMENT_REQUIRED) and not hasattr(response, _STORED_MARK)


def _stored(response: HttpResponse) -> StoredAnswer:
    headers = {name: value for name, value in response.items() if name not in ("Content-Type", "Content-Length")}
    body = orjson.loads(response.content) if response.content else None
    return StoredAnswer(status=response.status_code, body=body, headers=headers)
