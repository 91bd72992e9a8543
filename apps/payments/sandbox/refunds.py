"""Refunds: https://docs.stripe.com/api/refunds; failing later: https://docs.stripe.com/refunds#failed-refunds."""

from __future__ import annotations

import time

from . import cards, charges, intents, ledger
from .currencies import display
from .errors import invalid, not_found, refused
from .events import emit
from .listing import LIST_PARAMS, select
from .params import Params
from .store import Json, Transaction, new_id, timestamp

CREATE_PARAMS = frozenset("payment_intent charge amount reason metadata currency instructions_email".split())
REASONS = ("duplicate", "fraudulent", "requested_by_customer")
SETTLE_SECONDS = 1.0  # until a test card's asynchronous refund is decided


def retrieve(tx: Transaction, _: Params, refund_id: str) -> Json:
    refund = tx.find("refund", refund_id)
    if refund is None:
        raise not_found("refund", refund_id, param="refund", status=404)
    return refund


def list_all(tx: Transaction, params: Params, _: str) -> Json:
    params.reject_unknown(LIST_PARAMS | {"payment_intent", "charge"})
    intent_id, charge_id = params.text("payment_intent"), params.text("charge")
    conditions: list[str] = []
    values: list[str] = []
    if intent_id is not None:
        conditions.append("o.parent IN (SELECT id FROM objects WHERE parent = ? AND kind = 'charge')")
        values.append(intent_id)
    if charge_id is not None:
        conditions.append("o.parent = ?")
        values.append(charge_id)
    return select(tx, "refund", params, url="/v1/refunds", conditions=conditions, values=values)


def create(tx: Transaction, params: Params, _: str) -> Json:
    params.reject_unknown(CREATE_PARAMS)
    amount = params.amount("amount")
    reason = params.choice("reason", REASONS)
    metadata = params.metadata()
    charge = _charge_to_refund(tx, params)
    remaining = charge["amount"] - charge["amount_refunded"]
    if remaining == 0:
        raise refused(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if amount is not None and amount > remaining:
        raise refused(
            f"Refund amount ({display(amount, charge['currency'])}) is greater than unrefunded amount "
            f"on charge ({display(remaining, charge['currency'])})",
            code=None,
            param="amount",
        )
    return _give_back(tx, charge, amount=amount or remaining, reason=reason, metadata=metadata)


def settle(tx: Transaction, refund_id: str) -> None:
    """Timer: a pending refund succeeds."""
    refund = retrieve(tx, Params({}), refund_id)
    refund["status"] = "succeeded"
    tx.save(refund)
    _record(tx, "refund", refund)
    emit(tx, "refund.updated", refund)


def fail(tx: Transaction, refund_id: str) -> None:
    """Timer: the bank sends the money of a refund back."""
    refund = retrieve(tx, Params({}), refund_id)
    refund |= {"status": "failed", "failure_reason": "expired_or_canceled_card"}
    tx.save(refund)
    charge = charges.retrieve(tx, Params({}), refund["charge"])
    charge |= {"amount_refunded": charge["amount_refunded"] - refund["amount"], "refunded": False}
    tx.save(charge)
    _record(tx, "refund_failure", refund)
    emit(tx, "refund.updated", refund)
    emit(tx, "refund.failed", refund)


def _charge_to_refund(tx: Transaction, params: Params) -> Json:
    intent_id, charge_id = params.text("payment_intent"), params.text("charge")
    if intent_id is None and charge_id is None:
        raise invalid(
            "One of the following params should be provided for this request: payment_intent or charge.",
            code="parameter_missing",
        )
    if intent_id is not None:
        intent = tx.find("payment_intent", intent_id)
        if intent is None:
            raise not_found("payment_intent", intent_id, param="payment_intent")
        charge_id = intent["latest_charge"] if intent["status"] == "succeeded" else None
    if charge_id is None:
        raise refused(
            f"This PaymentIntent ({intent_id}) does not have a successful charge to refund.",
            code="payment_intent_unexpected_state",
        )
    charge = tx.find("charge", charge_id)
    if charge is None:
        raise not_found("charge", charge_id, param="charge")
    if not charge["captured"]:
        raise refused(f"Charge {charge_id} has not been captured.", code="charge_not_refundable")
    return charge


def _give_back(tx: Transaction, charge: Json, *, amount: int, reason: str | None, metadata: dict[str, str]) -> Json:
    card = cards.card_of(cards.resolve(tx, charge["payment_method"]))
    refund = _new(charge, amount=amount, reason=reason, metadata=metadata)
    refund["status"] = "pending" if card.refund == "pending" else "succeeded"
    tx.insert("refund", refund, parent=charge["id"])
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    tx.save(charge)
    if refund["status"] == "succeeded":
        _record(tx, "refund", refund)
    emit(tx, "refund.created", refund)
    emit(tx, "charge.refunded", charge)
    _set_timer(tx, refund, card)
    return refund


def _set_timer(tx: Transaction, refund: Json, card: cards.Card) -> None:
    if tx.origin.refund_fails_after is not None:
        tx.set_timer("fail_refund", refund["id"], due_at=time.time() + tx.origin.refund_fails_after)
    elif card.refund != "succeeded":
        action = "fail_refund" if card.refund == "failed" else "settle_refund"
        tx.set_timer(action, refund["id"], due_at=time.time() + SETTLE_SECONDS)


def _record(tx: Transaction, kind: str, refund: Json) -> None:
    intent = intents.lookup(tx, refund["payment_intent"])
    ledger.record(tx, kind, intent=intent, subject=refund["id"], amount=refund["amount"])


def _new(charge: Json, *, amount: int, reason: str | None, metadata: dict[str, str]) -> Json:
    return {
        "id": new_id("re"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": timestamp(),
        "currency": charge["currency"],
        "destination_details": {"type": "card", "card": {"type": "refund", "reference_status": "pending"}},
        "metadata": metadata,
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
    }
