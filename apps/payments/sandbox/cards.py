"""Stripe's test payment methods: https://docs.stripe.com/testing?testing-method=payment-methods."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from .errors import invalid, not_found
from .params import Params
from .store import Json, Transaction, new_id, timestamp

ACCEPTED = frozenset("type card billing_details metadata allow_redisplay customer".split())


@dataclass(frozen=True)
class Decline:
    """Why an issuer refuses: https://docs.stripe.com/declines/codes."""

    code: str
    decline_code: str
    message: str


GENERIC = Decline("card_declined", "generic_decline", "Your card was declined.")
NO_FUNDS = Decline("card_declined", "insufficient_funds", "Your card has insufficient funds.")
LOST = Decline("card_declined", "lost_card", "Your card was declined.")
STOLEN = Decline("card_declined", "stolen_card", "Your card was declined.")
FRAUD = Decline("card_declined", "fraudulent", "Your card was declined.")
VELOCITY = Decline(
    "card_declined", "card_velocity_exceeded", "Your card was declined for making repeated attempts too frequently."
)
EXPIRED = Decline("expired_card", "expired_card", "Your card has expired.")
CVC = Decline("incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect.")
PROCESSING = Decline(
    "processing_error",
    "processing_error",
    "An error occurred while processing your card. Try again in a little bit.",
)


@dataclass(frozen=True)
class Card:
    token: str
    number: str
    brand: str = "visa"
    decline: Decline | None = None
    authentication: bool = False
    refund: str = "succeeded"  # or "failed" / "pending": how refunds of its charges end


_CARDS = (
    Card("pm_card_visa", "4242424242424242"),
    Card("pm_card_visa_debit", "4000056655665556"),
    Card("pm_card_mastercard", "5555555555554444", "mastercard"),
    Card("pm_card_mastercard_debit", "5200828282828210", "mastercard"),
    Card("pm_card_mastercard_prepaid", "5105105105105100", "mastercard"),
    Card("pm_card_amex", "378282246310005", "amex"),
    Card("pm_card_discover", "6011111111111117", "discover"),
    Card("pm_card_diners", "3056930009020004", "diners"),
    Card("pm_card_jcb", "3566002020360505", "jcb"),
    Card("pm_card_unionpay", "6200000000000005", "unionpay"),
    Card("pm_card_visa_chargeDeclined", "4000000000000002", decline=GENERIC),
    Card("pm_card_chargeDeclined", "4000000000000002", decline=GENERIC),
    Card("pm_card_visa_chargeDeclinedInsufficientFunds", "4000000000009995", decline=NO_FUNDS),
    Card("pm_card_chargeDeclinedInsufficientFunds", "4000000000009995", decline=NO_FUNDS),
    Card("pm_card_visa_chargeDeclinedLostCard", "4000000000009987", decline=LOST),
    Card("pm_card_visa_chargeDeclinedStolenCard", "4000000000009979", decline=STOLEN),
    Card("pm_card_visa_chargeDeclinedVelocityLimitExceeded", "4000000000006975", decline=VELOCITY),
    Card("pm_card_chargeDeclinedFraudulent", "4100000000000019", decline=FRAUD),
    Card("pm_card_chargeDeclinedExpiredCard", "4000000000000069", decline=EXPIRED),
    Card("pm_card_chargeDeclinedIncorrectCvc", "4000000000000127", decline=CVC),
    Card("pm_card_chargeDeclinedProcessingError", "4000000000000119", decline=PROCESSING),
    Card("pm_card_chargeCustomerFail", "4000000000000341", decline=GENERIC),
    Card("pm_card_threeDSecure2Required", "4000000000003220", authentication=True),
    Card("pm_card_threeDSecureRequired", "4000000000003063", authentication=True),
    Card("pm_card_authenticationRequired", "4000002760003184", authentication=True),
    Card("pm_card_threeDSecureOptional", "4000000000003055"),
    Card("pm_card_threeDSecureRequiredChargeDeclined", "4000008400001629", decline=GENERIC, authentication=True),
    Card("pm_card_refundFail", "4000000000005126", refund="failed"),
    Card("pm_card_pendingRefund", "4000000000007726", refund="pending"),
)
BY_TOKEN = {card.token: card for card in _CARDS}
BY_NUMBER = {card.number: card for card in reversed(_CARDS)}


def card_of(method: Json) -> Card:
    return BY_TOKEN[method["_token"]]


def resolve(tx: Transaction, reference: str) -> Json:
    """The payment method for an id, or a fresh one for a test token (as Stripe makes one per use)."""
    if reference in BY_TOKEN:
        return _store(tx, BY_TOKEN[reference])
    method = tx.find("payment_method", reference)
    if method is None:
        raise not_found("PaymentMethod", reference, param="payment_method")
    return method


def create(tx: Transaction, params: Params, _: str) -> Json:
    params.reject_unknown(ACCEPTED)
    if params.choice("type", ["card"]) is None:
        raise invalid("Missing required param: type.", param="type", code="parameter_missing")
    details = params.mapping("card")
    token = details.text("token")
    if token is not None:
        card = BY_TOKEN.get("pm_card_" + token.removeprefix("tok_"))
    else:
        card = BY_NUMBER.get(details.required_text("number").replace(" ", ""))
    if card is None:
        raise invalid("Your card number is not one of the test cards.", param="card[number]", code="incorrect_number")
    return _store(tx, card, metadata=params.metadata())


def retrieve(tx: Transaction, _: Params, method_id: str) -> Json:
    return resolve(tx, method_id)


def charge_details(method: Json) -> Json:
    """The `payment_method_details` of a charge made with this method."""
    return {"type": "card", "card": {**method["card"], "network": method["card"]["brand"]}}


def _store(tx: Transaction, card: Card, *, metadata: dict[str, str] | None = None) -> Json:
    now = timestamp()
    method: Json = {
        "id": new_id("pm"),
        "object": "payment_method",
        "_token": card.token,
        "billing_details": {"address": None, "email": None, "name": None, "phone": None},
        "card": {
            "brand": card.brand,
            "country": "US",
            "exp_month": 12,
            "exp_year": 2034,
            "fingerprint": sha256(card.number.encode()).hexdigest()[:16],
            "funding": "prepaid" if "prepaid" in card.token else "debit" if "debit" in card.token else "credit",
            "last4": card.number[-4:],
            "checks": {"cvc_check": "pass", "address_line1_check": None, "address_postal_code_check": None},
            "three_d_secure_usage": {"supported": True},
        },
        "created": now,
        "customer": None,
        "livemode": False,
        "metadata": metadata or {},
        "type": "card",
    }
    tx.insert("payment_method", method)
    return method
