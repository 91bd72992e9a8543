"""`/sandbox/*`: what tests and checkers see and steer; not part of Stripe's API."""

from __future__ import annotations

import json

from . import faults, ledger, webhooks
from .api import Api
from .errors import ApiError, invalid
from .http import Request, Response
from .store import Json, Store, Transaction


class Control:
    def __init__(self, store: Store, api: Api) -> None:
        self._store = store
        self._api = api

    def __call__(self, request: Request) -> Response:
        headers = {"Content-Type": "application/json"}
        try:
            _, publishable = self._api.authenticate(request)
            if publishable:
                raise ApiError(403, "invalid_request_error", "The control endpoints need the secret API key.")
            with self._store.transaction() as tx:
                answer = _answer(tx, request)
        except ApiError as error:
            return Response(error.status, error.body(), headers)
        return Response(200, json.dumps(answer).encode(), headers)


def _answer(tx: Transaction, request: Request) -> Json:
    match request.method, request.path:
        case "GET", "/sandbox/ledger":
            return {"data": ledger.rows(tx)}
        case "GET", "/sandbox/deliveries":
            return {"data": webhooks.listed(tx)}
        case "GET", "/sandbox/faults":
            return {"data": faults.listed(tx)}
        case "POST", "/sandbox/faults":
            return faults.add(tx, _json(request.body))
        case "DELETE", "/sandbox/faults":
            faults.clear(tx)
            return {"data": []}
    raise ApiError(404, "invalid_request_error", f"Unrecognized request URL ({request.method}: {request.path}).")


def _json(body: bytes) -> object:
    try:
        return json.loads(body)
    except ValueError:
        raise invalid("The body is not JSON.") from None
