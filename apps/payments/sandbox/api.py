"""The `/v1` API: who asks, which endpoint, which fault, and whether it is a repeat."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl

from . import cards, charges, events, faults, intents, refunds, sessions
from .config import API_VERSION, Settings
from .dispatcher import Dispatcher
from .errors import ApiError, conflict, invalid, rate_limited, server_error, unauthorized
from .expand import expanded
from .http import Fate, Request, Response
from .idempotency import Answer, Idempotency, KeyedRequest, remember
from .params import Params, decode_form
from .store import Json, Origin, Store, Transaction, new_id

Endpoint = Callable[[Transaction, Params, str], Json]
_SPOILING = {"error_500": server_error, "rate_limited": rate_limited, "conflict": conflict}


@dataclass(frozen=True)
class Route:
    method: str
    pattern: re.Pattern[str]
    endpoint: Endpoint
    writes: bool


def _route(method: str, path: str, endpoint: Endpoint, *, writes: bool | None = None) -> Route:
    pattern = re.compile(path.replace("{id}", "([A-Za-z0-9_]+)") + "/?$")
    return Route(method, pattern, endpoint, method == "POST" if writes is None else writes)


ROUTES = (
    _route("POST", "/v1/payment_intents", intents.create),
    _route("GET", "/v1/payment_intents", intents.list_all),
    _route("GET", "/v1/payment_intents/search", intents.search_all),
    _route("GET", "/v1/payment_intents/{id}", intents.retrieve),
    _route("POST", "/v1/payment_intents/{id}", intents.update),
    _route("POST", "/v1/payment_intents/{id}/confirm", intents.confirm),
    _route("POST", "/v1/payment_intents/{id}/capture", intents.capture),
    _route("POST", "/v1/payment_intents/{id}/cancel", intents.cancel),
    _route("POST", "/v1/payment_methods", cards.create),
    # Stripe turns a test token into a stored object even on GET.
    _route("GET", "/v1/payment_methods/{id}", cards.retrieve, writes=True),
    _route("GET", "/v1/charges", charges.list_all),
    _route("GET", "/v1/charges/{id}", charges.retrieve),
    _route("POST", "/v1/refunds", refunds.create),
    _route("GET", "/v1/refunds", refunds.list_all),
    _route("GET", "/v1/refunds/{id}", refunds.retrieve),
    _route("POST", "/v1/checkout/sessions", sessions.create),
    _route("GET", "/v1/checkout/sessions", sessions.list_all),
    _route("GET", "/v1/checkout/sessions/{id}", sessions.retrieve),
    _route("POST", "/v1/checkout/sessions/{id}/expire", sessions.expire),
    _route("GET", "/v1/checkout/sessions/{id}/line_items", sessions.list_line_items),
    _route("GET", "/v1/events", events.list_all),
    _route("GET", "/v1/events/{id}", events.retrieve),
)
# What the publishable key of a browser or mobile app may do, with the intent's client secret.
PUBLISHABLE = frozenset({intents.retrieve, intents.confirm})


@dataclass(frozen=True, kw_only=True)
class Call:
    """One understood API request."""

    route: Route
    object_id: str
    params: Params
    expand: list[str]
    publishable: bool
    keyed: KeyedRequest | None
    request_id: str
    fault: faults.Fault | None


class Api:
    """Answers `/v1/*` as Stripe would."""

    def __init__(self, settings: Settings, store: Store, dispatcher: Dispatcher) -> None:
        self._settings = settings
        self._store = store
        self._dispatcher = dispatcher
        self._idempotency = Idempotency(store)

    def __call__(self, request: Request) -> Response:
        request_id = new_id("req", length=14)
        try:
            response = self._handle(request, request_id)
        except ApiError as error:
            response = Response(error.status, error.body())
        response.headers |= {
            "Content-Type": "application/json",
            "Request-Id": request_id,
            "Stripe-Version": request.header("Stripe-Version") or API_VERSION,
        }
        return response

    def _handle(self, request: Request, request_id: str) -> Response:
        values = _decode(request)
        secret, publishable = self.authenticate(request, values.pop("key", None))
        route, object_id = _find(request)
        params = Params(values)
        call = Call(
            route=route,
            object_id=object_id,
            params=params,
            expand=params.texts("expand"),
            publishable=publishable,
            keyed=_keyed(request, secret),
            request_id=request_id,
            fault=self._take_fault(request, params, object_id),
        )
        if call.fault is None:
            return self._answer(call)
        return self._answer_with(call, call.fault)

    def authenticate(self, request: Request, key_param: object = None) -> tuple[str, bool]:
        """The account's secret key and whether the caller holds only its publishable half."""
        key = _presented_key(request.header("Authorization")) or key_param
        if not isinstance(key, str) or not key:
            raise unauthorized(
                "You did not provide an API key. You need to provide your API key in the Authorization header, "
                "using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY')."
            )
        secret = self._settings.owner_of(key)
        if secret is None:
            raise unauthorized(f"Invalid API Key provided: {key[:8]}{'*' * 8}{key[-4:]}")
        return secret, key != secret

    def _take_fault(self, request: Request, params: Params, object_id: str) -> faults.Fault | None:
        with self._store.reading() as tx:
            if not faults.armed(tx):
                return None
        with self._store.transaction() as tx:
            return faults.take_for_request(
                tx,
                method=request.method,
                path=request.path,
                metadata=lambda: _metadata_meant(tx, params, object_id),
            )

    def _answer_with(self, call: Call, fault: faults.Fault) -> Response:
        """The answer as the fault bends it, before or after the work."""
        stored_500 = fault.kind == "error_500_replayed"
        response = self._answer(call) if fault.executes or stored_500 else Response(500)
        if fault.kind == "charge_then_timeout":
            response.fate, response.seconds = Fate.NEVER_SENT, fault.seconds
        elif fault.kind == "connection_reset":
            response.fate = Fate.RESET
        elif fault.kind in _SPOILING:
            raise _SPOILING[fault.kind]()
        return response

    def _answer(self, call: Call) -> Response:
        with self._idempotency.claim(call.keyed) as stored:
            if call.fault is not None and call.fault.kind == "slow":
                time.sleep(call.fault.seconds)
            if stored is not None:
                headers = {"Idempotent-Replayed": "true", "Original-Request": stored.request_id}
                return Response(stored.status, stored.body, headers)
            answer = self._execute(call)
        return Response(answer.status, answer.body)

    def _execute(self, call: Call) -> Answer:
        origin = Origin(
            settings=self._settings,
            request_id=call.request_id,
            idempotency_key=call.keyed.key if call.keyed else None,
            refund_fails_after=call.fault.seconds if call.fault and call.fault.kind == "refund_fails_later" else None,
        )
        if not call.route.writes:
            with self._store.reading(origin) as tx:
                return _run(tx, call)
        with self._dispatcher.transaction(origin) as tx:
            answer = _run(tx, call)
            if call.keyed is not None:
                remember(tx, call.keyed, answer)
        return answer


def _run(tx: Transaction, call: Call) -> Answer:
    """The endpoint's answer; refused parameters are raised, which undoes the transaction."""
    if call.publishable:
        _check_client_secret(tx, call)
    if call.fault is not None and call.fault.kind == "error_500_replayed":
        if call.fault.executes:
            _run_endpoint(tx, call)
        return Answer(500, server_error().body(), call.request_id)
    return _run_endpoint(tx, call)


def _run_endpoint(tx: Transaction, call: Call) -> Answer:
    try:
        document = call.route.endpoint(tx, call.params, call.object_id)
        body = json.dumps(expanded(tx, document, call.expand)).encode()
    except ApiError as error:
        if not error.executed:
            raise
        return Answer(error.status, error.body(), call.request_id)
    return Answer(200, body, call.request_id)


def _check_client_secret(tx: Transaction, call: Call) -> None:
    if call.route.endpoint not in PUBLISHABLE:
        raise unauthorized("This API call cannot be made with a publishable API key. Please use a secret API key.")
    expected = intents.lookup(tx, call.object_id)["client_secret"]
    if not hmac.compare_digest(expected.encode(), (call.params.text("client_secret") or "").encode()):
        raise invalid("The client_secret provided does not match the PaymentIntent.", param="client_secret")


def _decode(request: Request) -> Json:
    try:
        body = request.body.decode()
    except UnicodeDecodeError:
        raise invalid("The request body is not UTF-8.") from None
    text = body if request.method == "POST" else request.query
    return decode_form(parse_qsl(text, keep_blank_values=True))


def _presented_key(authorization: str | None) -> str | None:
    scheme, _, value = (authorization or "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(value, validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return None


def _find(request: Request) -> tuple[Route, str]:
    for route in ROUTES:
        match = route.pattern.match(request.path) if route.method == request.method else None
        if match:
            return route, match[1] if match.groups() else ""
    message = f"Unrecognized request URL ({request.method}: {request.path})."
    raise ApiError(404, "invalid_request_error", message)


def _keyed(request: Request, secret: str) -> KeyedRequest | None:
    key = request.header("Idempotency-Key")
    if request.method != "POST" or not key:
        return None
    return KeyedRequest(secret, key, request.path, request.body)


def _metadata_meant(tx: Transaction, params: Params, object_id: str) -> Json:
    """The metadata a fault may match: the request's own, else that of the object it names."""
    own = params.metadata() or params.mapping("payment_intent_data").metadata()
    reference = object_id or params.text("payment_intent") or params.text("charge")
    if own or not reference:
        return own
    document = tx.find_any(reference) or {}
    return document.get("metadata") or {}
