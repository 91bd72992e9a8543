"""Events: https://docs.stripe.com/api/events."""

from __future__ import annotations

from . import webhooks
from .config import API_VERSION
from .errors import not_found
from .listing import LIST_PARAMS, select
from .params import Params
from .store import Json, Transaction, new_id, render, timestamp

_UNDELIVERED = "EXISTS (SELECT 1 FROM deliveries d WHERE d.event = o.id AND d.state <> 'delivered')"


def emit(tx: Transaction, kind: str, subject: Json) -> None:
    """Record that `kind` happened to `subject`, and schedule its webhook in the same transaction."""
    event: Json = {
        "id": new_id("evt"),
        "object": "event",
        "api_version": API_VERSION,
        "created": timestamp(),
        "data": {"object": render(subject)},
        "livemode": False,
        "request": {"id": tx.origin.request_id, "idempotency_key": tx.origin.idempotency_key},
        "type": kind,
    }
    tx.insert("event", event, parent=subject["id"])
    webhooks.schedule(tx, event)


def retrieve(tx: Transaction, _: Params, event_id: str) -> Json:
    event = tx.find("event", event_id)
    if event is None:
        raise not_found("event", event_id, param="id", status=404)
    return _with_pending(tx, event)


def list_all(tx: Transaction, params: Params, _: str) -> Json:
    """`delivery_success=false` lists events still pending or given up on, as Stripe documents."""
    params.reject_unknown(LIST_PARAMS | {"type", "types", "delivery_success"})
    conditions: list[str] = []
    values: list[str] = []
    kinds = params.texts("types") or [kind for kind in [params.text("type")] if kind]
    if kinds:
        marks = " OR ".join("json_extract(o.body, '$.type') GLOB ?" for _ in kinds)
        conditions.append(f"({marks})")
        values += kinds
    if "delivery_success" in params:
        conditions.append(_UNDELIVERED if not params.boolean("delivery_success") else f"NOT {_UNDELIVERED}")
    page = select(tx, "event", params, url="/v1/events", conditions=conditions, values=values)
    page["data"] = [_with_pending(tx, event) for event in page["data"]]
    return page


def _with_pending(tx: Transaction, event: Json) -> Json:
    return {**event, "pending_webhooks": webhooks.pending_for(tx, event["id"])}
