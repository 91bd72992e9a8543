"""Charges: https://docs.stripe.com/api/charges. An intent has at most one that succeeds."""

from __future__ import annotations

from . import cards, ledger
from .errors import ApiError, not_found
from .events import emit
from .listing import LIST_PARAMS, select
from .params import Params
from .store import Json, Transaction, new_id, render, timestamp


def retrieve(tx: Transaction, _: Params, charge_id: str) -> Json:
    charge = tx.find("charge", charge_id)
    if charge is None:
        raise not_found("charge", charge_id, param="id", status=404)
    return charge


def list_all(tx: Transaction, params: Params, _: str) -> Json:
    params.reject_unknown(LIST_PARAMS | {"payment_intent", "customer", "transfer_group"})
    intent_id = params.text("payment_intent")
    conditions, values = (["o.parent = ?"], [intent_id]) if intent_id else ([], [])
    return select(tx, "charge", params, url="/v1/charges", conditions=conditions, values=values)


def succeed(tx: Transaction, intent: Json, method: Json) -> Json:
    """The issuer approves: take the money, or only authorise it under manual capture."""
    captured = intent["capture_method"] != "manual"
    charge = _new(intent, method, status="succeeded")
    charge["captured"] = captured
    charge["amount_captured"] = intent["amount"] if captured else 0
    tx.insert("charge", charge, parent=intent["id"])
    if captured:
        ledger.record(tx, "charge", intent=intent, subject=charge["id"], amount=intent["amount"])
    emit(tx, "charge.succeeded", charge)
    return charge


def fail(tx: Transaction, intent: Json, method: Json, decline: cards.Decline) -> tuple[Json, ApiError]:
    """The issuer refuses; returns the failed charge and the 402 that tells of it."""
    charge = _new(intent, method, status="failed")
    charge |= {
        "failure_code": decline.code,
        "failure_message": decline.message,
        "paid": False,
        "outcome": {
            "network_status": "declined_by_network",
            "reason": decline.decline_code,
            "seller_message": f"The bank returned the decline code `{decline.decline_code}`.",
            "type": "issuer_declined",
        },
    }
    tx.insert("charge", charge, parent=intent["id"])
    emit(tx, "charge.failed", charge)
    error = declined(decline, method, charge_id=charge["id"])
    return charge, error


def declined(decline: cards.Decline, method: Json, *, charge_id: str | None) -> ApiError:
    extra: Json = {"decline_code": decline.decline_code, "payment_method": render(method)}
    if charge_id is not None:
        extra["charge"] = charge_id
    return ApiError(402, "card_error", decline.message, code=decline.code, executed=True, extra=extra)


def capture(tx: Transaction, intent: Json, amount: int) -> Json:
    """Take `amount` of the authorised money; the rest is released, as Stripe does."""
    charge = _latest(tx, intent)
    rest = charge["amount"] - amount
    charge |= {"captured": True, "amount_captured": amount, "amount_refunded": rest}
    tx.save(charge)
    ledger.record(tx, "charge", intent=intent, subject=charge["id"], amount=amount)
    if rest:
        ledger.record(tx, "void", intent=intent, subject=charge["id"], amount=rest)
    emit(tx, "charge.captured", charge)
    return charge


def release(tx: Transaction, intent: Json) -> None:
    """Cancelling an uncaptured intent gives the authorised money back as a refunded charge."""
    charge = _latest(tx, intent)
    charge |= {"amount_refunded": charge["amount"], "refunded": True}
    tx.save(charge)
    ledger.record(tx, "void", intent=intent, subject=charge["id"], amount=charge["amount"])
    emit(tx, "charge.refunded", charge)


def _latest(tx: Transaction, intent: Json) -> Json:
    return retrieve(tx, Params({}), intent["latest_charge"])


def _new(intent: Json, method: Json, *, status: str) -> Json:
    return {
        "id": new_id("ch"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": 0,
        "amount_refunded": 0,
        "balance_transaction": None,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": "SANDBOX",
        "captured": False,
        "created": timestamp(),
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_code": None,
        "failure_message": None,
        "fraud_details": {},
        "livemode": False,
        "metadata": dict(intent["metadata"]),
        "outcome": {
            "network_status": "approved_by_network",
            "reason": None,
            "risk_level": "normal",
            "seller_message": "Payment complete.",
            "type": "authorized",
        },
        "paid": True,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": cards.charge_details(method),
        "receipt_email": intent["receipt_email"],
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "review": None,
        "shipping": None,
        "statement_descriptor": None,
        "status": status,
    }
