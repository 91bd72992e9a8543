"""Stripe's objects, as plain dicts, into our values.

States: https://docs.stripe.com/payments/paymentintents/lifecycle, https://docs.stripe.com/api/checkout/sessions/object,
https://docs.stripe.com/api/refunds/object.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from apps.payments.contracts import PaymentStatus, RefundStatus
from apps.payments.gateways.base import Charge, Decline, ProviderEvent, ProviderRefund, Snapshot
from apps.payments.gateways.minor_units import from_minor

Json = Mapping[str, Any]

_INTENT_STATUS: Final = {
    "requires_payment_method": PaymentStatus.REQUIRES_PAYMENT_METHOD,
    "requires_confirmation": PaymentStatus.REQUIRES_PAYMENT_METHOD,
    "requires_action": PaymentStatus.REQUIRES_ACTION,
    "processing": PaymentStatus.PROCESSING,
    "requires_capture": PaymentStatus.AUTHORISED,
    "succeeded": PaymentStatus.SUCCEEDED,
    "canceled": PaymentStatus.CANCELLED,
}
_REFUND_STATUS: Final = {
    "pending": RefundStatus.PENDING,
    "requires_action": RefundStatus.PENDING,
    "succeeded": RefundStatus.SUCCEEDED,
    "failed": RefundStatus.FAILED,
    "canceled": RefundStatus.FAILED,
}
# Types that tell of a change in what a Snapshot holds; https://docs.stripe.com/api/events/types.
_RELEVANT: Final = frozenset(
    (
        "payment_intent.succeeded payment_intent.payment_failed payment_intent.canceled payment_intent.processing "
        "payment_intent.requires_action payment_intent.amount_capturable_updated checkout.session.completed "
        "checkout.session.expired checkout.session.async_payment_succeeded checkout.session.async_payment_failed "
        "charge.refunded charge.refund.updated refund.created refund.updated refund.failed"
    ).split()
)

_SUCCESS: Final = frozenset(
    "payment_intent.succeeded checkout.session.completed checkout.session.async_payment_succeeded".split()
)


def read_intent(intent: Json, *, taken_at: datetime, refunds: tuple[ProviderRefund, ...] = ()) -> Snapshot:
    """Return what a PaymentIntent says; `latest_charge` may be an id or the object."""
    status = _INTENT_STATUS[intent["status"]]
    error = intent.get("last_payment_error") or {}
    return Snapshot(
        taken_at=taken_at,
        status=status,
        amount=from_minor(intent["amount"], intent["currency"]),
        intent_id=intent["id"],
        client_secret=intent.get("client_secret") or "",
        redirect_url=_redirect_of(intent) if status is PaymentStatus.REQUIRES_ACTION else "",
        decline_code=error.get("decline_code") or error.get("code") or "",
        decline_detail=error.get("message") or "",
        decline=_decline_of(intent),
        charge=_charge_of(intent) if status is PaymentStatus.SUCCEEDED else None,
        refunds=refunds,
    )


def read_session(session: Json, *, taken_at: datetime, refunds: tuple[ProviderRefund, ...] = ()) -> Snapshot:
    """Return what a Checkout Session says, its `payment_intent` expanded or absent."""
    intent = session.get("payment_intent")
    paid = read_intent(intent, taken_at=taken_at, refunds=refunds) if isinstance(intent, Mapping) else None
    return Snapshot(
        taken_at=taken_at,
        status=_session_status(session["status"], paid),
        amount=from_minor(session["amount_total"], session["currency"]),
        session_id=session["id"],
        intent_id=paid.intent_id if paid else str(intent or ""),
        redirect_url=session.get("url") or "",
        decline_code=paid.decline_code if paid else "",
        decline_detail=paid.decline_detail if paid else "",
        decline=paid.decline if paid else None,
        charge=paid.charge if paid else None,
        refunds=refunds,
    )


def _session_status(status: str, paid: Snapshot | None) -> PaymentStatus:
    """Return where the payment stands: the page decides until it is complete, but money that moved always counts."""
    if paid and paid.status is PaymentStatus.SUCCEEDED:
        return paid.status
    if status == "complete":
        return paid.status if paid else PaymentStatus.PROCESSING
    return PaymentStatus.CANCELLED if status == "expired" else PaymentStatus.REQUIRES_PAYMENT_METHOD


def read_refund(refund: Json) -> ProviderRefund:
    """Return a Refund; `metadata.refund_id` is ours."""
    return ProviderRefund(
        reference=refund["id"],
        refund_id=read_id(refund, "refund_id"),
        amount=from_minor(refund["amount"], refund["currency"]),
        status=_REFUND_STATUS[refund["status"]],
        detail=refund.get("failure_reason") or "",
    )


def read_refunds(refunds: Iterable[Json]) -> tuple[ProviderRefund, ...]:
    """Return refunds, oldest first."""
    return tuple(read_refund(refund) for refund in sorted(refunds, key=lambda each: each["created"]))


def read_event(event: Json) -> ProviderEvent:
    """Return what an Event points at."""
    subject = event["data"]["object"]
    kind = subject.get("object")
    intent = subject["id"] if kind == "payment_intent" else subject.get("payment_intent")
    return ProviderEvent(
        event_id=_text(event["id"]),
        event_type=_text(event["type"]),
        is_relevant=event["type"] in _RELEVANT,
        tells_success=event["type"] in _SUCCESS,
        payment_id=read_id(subject, "payment_id"),
        session_id=subject["id"] if kind == "checkout.session" else "",
        intent_id=intent if isinstance(intent, str) else "",
        decline=_decline_of(subject) if kind == "payment_intent" else None,
    )


def _text(value: Any) -> str:
    """Return what a text column can hold; TypeError or ValueError for anything else."""
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    value.encode()
    return value


def read_id(subject: Json, name: str) -> UUID | None:
    """Return an id of ours from an object's metadata; None where it is not one, since anybody may write there."""
    try:
        return UUID((subject.get("metadata") or {})[name])
    except (KeyError, ValueError, AttributeError, TypeError):
        return None


def money_went_back(intent: Json | str | None) -> bool:
    """Return whether the expanded `latest_charge` of an intent was refunded, in part at least."""
    charge = intent.get("latest_charge") if isinstance(intent, Mapping) else None
    return isinstance(charge, Mapping) and bool(charge.get("amount_refunded"))


def _charge_of(intent: Json) -> Charge:
    charge = intent["latest_charge"]
    reference = charge["id"] if isinstance(charge, Mapping) else charge
    return Charge(reference=reference, amount=from_minor(intent["amount_received"], intent["currency"]))


def _decline_of(intent: Json) -> Decline | None:
    """Return the charge that a bank refused last; None where none was asked, or its answer got lost on the way."""
    error = intent.get("last_payment_error") or {}
    charge, code = error.get("charge"), error.get("decline_code") or error.get("code") or ""
    if not charge or code == "processing_error":
        return None
    return Decline(
        reference=charge["id"] if isinstance(charge, Mapping) else charge,
        code=code,
        fingerprint=read_fingerprint(error.get("payment_method") or {}),
    )


def read_fingerprint(method: Json) -> str:
    """Return Stripe's name for the card of a PaymentMethod; https://docs.stripe.com/api/payment_methods/object."""
    return str((method.get("card") or {}).get("fingerprint") or "")


def _redirect_of(intent: Json) -> str:
    redirect = (intent.get("next_action") or {}).get("redirect_to_url") or {}
    return redirect.get("url") or ""
